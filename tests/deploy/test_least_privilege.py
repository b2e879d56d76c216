"""The roles hold what the processes need, and the report on a test run tells when not."""

from tests.deploy.least_privilege import allowed, lacking, report, unused
from tests.support.aws_calls import AwsCall

READ = AwsCall("worker", "s3", "GetObject", "sluice-test-data/devices/", "version")
INSERT = AwsCall("worker", "dynamodb", "BatchExecuteStatement", "sluice-messages", "INSERT")
RECEIVE = AwsCall("worker", "sqs", "ReceiveMessage", "sluice-celery")


def test_what_a_worker_does_is_allowed():
    assert lacking([READ, INSERT, RECEIVE]) == []


def test_a_request_that_no_role_allows_is_named():
    dropped = AwsCall("worker", "dynamodb", "DeleteTable", "sluice-messages")
    (sentence,) = report({READ, dropped}, is_whole_run=False)
    assert sentence == (
        "deploy/roles.yaml lacks worker: dynamodb:DeleteTable on"
        " arn:aws:dynamodb:us-east-1:000000000000:table/sluice-messages"
    )


def test_another_folder_or_process_is_another_permission():
    upload = AwsCall("web", "s3", "PutObject", "sluice-test-data/uploads/")
    assert lacking([upload]) == []
    for process, folder in (("web", "devices/"), ("web", "_sluice/"), ("worker", "uploads/")):
        other = AwsCall(process, "s3", "PutObject", f"sluice-test-data/{folder}")
        assert len(lacking([other])) == 1


def test_a_permission_that_nothing_uses_is_named():
    assert len(unused([])) == len(allowed()) > 40
    assert len(unused([RECEIVE])) == len(allowed()) - 1


def test_requests_for_what_belongs_to_others_need_no_role():
    assert lacking([AwsCall("worker", "s3", "GetObject", "elsewhere/file.csv")]) == []
