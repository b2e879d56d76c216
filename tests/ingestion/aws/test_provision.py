"""``manage.py provision``, against the embedded AWS."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import unquote_plus

import pytest
from botocore.exceptions import ClientError
from django.conf import settings
from django.core.management import CommandError, call_command

from common.aws.clients import dynamodb_client, s3_client, sqs_client
from common.deadline import Deadline
from common.errors import ServiceError
from common.retry import Backoff
from ingestion.aws import sqs
from ingestion.aws.object_keys import IMPORT_SUFFIXES, event_suffixes, own_key, staged_key
from ingestion.aws.provision import provision
from ingestion.aws.provision.cors import web_origins
from ingestion.aws.provision.notification import provision_notification
from messages_app.store.provision import provision_recovery
from tests.common.clock import Clock
from tests.support.ports import free_port
from tests.support.processes import ROOT

pytestmark = pytest.mark.both_engines

# dynoxide has no point-in-time recovery, so that what follows of it is seen on ministack alone. On
# AWS each table has it, and its DescribeContinuousBackups answers for a table that never had any:
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
with_recovery = pytest.mark.parametrize("table_engine", ["ministack"], indirect=True)
RECOVERY = f"point-in-time recovery of table {settings.MESSAGES_TABLE}"

QUEUES = [settings.BUCKET_EVENTS_QUEUE, settings.MESSAGE_INBOX_QUEUE, settings.CELERY_QUEUE]


def results() -> dict[str, str]:
    return {outcome.thing: outcome.result for outcome in provision()}


def attributes(queue: str) -> dict[str, str]:
    url = sqs.queue_url(queue)
    response = sqs_client().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return {str(name): value for name, value in response["Attributes"].items()}


def notification() -> dict[str, list]:
    response = s3_client().get_bucket_notification_configuration(Bucket=settings.DATA_BUCKET)
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def events() -> list[dict]:
    deliveries = sqs.receive(sqs.queue_url(settings.BUCKET_EVENTS_QUEUE), wait_seconds=2)
    return [record for one in deliveries for record in json.loads(one.body)["Records"]]


def test_everything_is_created_at_the_first_run_and_exists_at_the_second(bare_aws, table_engine):
    first, second = results(), results()
    if table_engine == "dynoxide":
        assert first.pop(RECOVERY) == second.pop(RECOVERY) == "not supported here"
    assert set(first.values()) == {"created"}
    assert set(second.values()) == {"exists"}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_hands_what_failed_too_often_to_its_dead_letter_queue(aws, name):
    dead_letters = attributes(sqs.dead_letter_queue(name))
    redrive = json.loads(attributes(name)["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == dead_letters["QueueArn"]
    assert int(redrive["maxReceiveCount"]) == settings.MAX_DELIVERIES
    assert dead_letters["MessageRetentionPeriod"] == str(14 * 24 * 3600)


def test_a_wrong_visibility_timeout_is_corrected(aws):
    url = sqs.queue_url(settings.CELERY_QUEUE)
    sqs_client().set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    assert results()[f"queue {settings.CELERY_QUEUE}"] == "corrected"
    assert attributes(settings.CELERY_QUEUE)["VisibilityTimeout"] == str(
        settings.VISIBILITY_SECONDS
    )


def test_messages_in_a_queue_survive_a_correction(aws):
    url = sqs.queue_url(settings.CELERY_QUEUE)
    sqs.send(url, "a task")
    sqs_client().set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    results()
    assert [one.body for one in sqs.receive(url, wait_seconds=0)] == ["a task"]


def test_the_notifications_of_others_are_kept(aws):
    foreign = {
        "Id": "somebody-elses",
        "QueueArn": attributes(settings.MESSAGE_INBOX_QUEUE)["QueueArn"],
        "Events": ["s3:ObjectRemoved:*"],
    }
    s3_client().put_bucket_notification_configuration(
        Bucket=settings.DATA_BUCKET,
        NotificationConfiguration={"QueueConfigurations": [foreign]},
    )
    assert results()[f"events of bucket {settings.DATA_BUCKET}"] == "created"
    ids = [one["Id"] for one in notification()["QueueConfigurations"]]
    assert ids[0] == "somebody-elses"
    assert len(ids) == 1 + len(event_suffixes()) <= 100


def test_the_statements_of_others_in_the_queue_policy_are_kept(aws):
    url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
    policy = json.loads(attributes(settings.BUCKET_EVENTS_QUEUE)["Policy"])
    theirs = {**policy["Statement"][0], "Sid": "SomebodyElses"}
    new = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    sqs_client().set_queue_attributes(QueueUrl=url, Attributes={"Policy": new})
    results()
    policy = json.loads(attributes(settings.BUCKET_EVENTS_QUEUE)["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["SomebodyElses", "SluiceBucketEvents"]


def test_switched_off_versioning_is_switched_on_again(aws):
    s3_client().put_bucket_versioning(
        Bucket=settings.DATA_BUCKET, VersioningConfiguration={"Status": "Suspended"}
    )
    assert results()[f"versioning of bucket {settings.DATA_BUCKET}"] == "corrected"


@pytest.mark.parametrize("suffix", [*IMPORT_SUFFIXES, ".CSV", ".Csv", ".CSV.GZ", ".csv.Zip"])
def test_an_object_with_an_importable_name_becomes_an_event(aws, suffix):
    key = f"büro 1+2/file{suffix}"
    response = s3_client().put_object(Bucket=settings.DATA_BUCKET, Key=key, Body=b"content")
    (record,) = events()
    stored = record["s3"]["object"]
    assert stored["key"] != key
    assert unquote_plus(stored["key"]) == key
    assert stored["versionId"] == response["VersionId"]
    assert stored["size"] == len(b"content")
    assert stored["eTag"] == response["ETag"].strip('"')
    assert stored["sequencer"]


def test_other_objects_become_no_event(aws):
    for key in ("notes.txt", staged_key("an-import", 1), own_key("an-import", "rejects/1.jsonl")):
        s3_client().put_object(Bucket=settings.DATA_BUCKET, Key=key, Body=b"")
    s3_client().put_object(Bucket=settings.DATA_BUCKET, Key="last.csv", Body=b"")
    assert [record["s3"]["object"]["key"] for record in events()] == ["last.csv"]


def test_the_table_has_date_and_time_as_its_key(aws):
    table = dynamodb_client().describe_table(TableName=settings.MESSAGES_TABLE)["Table"]
    assert {one["AttributeName"]: one["KeyType"] for one in table["KeySchema"]} == {
        "date": "HASH",
        "time": "RANGE",
    }
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_table_with_another_key_is_refused_and_left_alone(bare_aws):
    dynamodb_client().create_table(
        TableName=settings.MESSAGES_TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(CommandError, match="Name another one in MESSAGES_TABLE"):
        call_command("provision")


def test_the_command_reports_one_line_for_each_thing(bare_aws, db, capsys):
    call_command("provision")
    lines = capsys.readouterr().out.splitlines()
    assert f"bucket {settings.DATA_BUCKET}: created" in lines
    assert len(lines) == len(set(lines)) == len(results())


def test_browsers_may_come_from_the_hosts_of_the_pages_alone(settings):
    settings.AWS_ENDPOINT_URL = None
    settings.HTTPS = True
    settings.ALLOWED_HOSTS = ["sluice.example.com", ".example.org"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://other.example.net"]
    assert web_origins() == [
        "https://*.example.org",
        "https://example.org",
        "https://other.example.net",
        "https://sluice.example.com",
    ]


def cors_rules() -> list[Any]:
    return s3_client().get_bucket_cors(Bucket=settings.DATA_BUCKET)["CORSRules"]


def test_browsers_may_post_and_do_nothing_else(aws):
    (rule,) = cors_rules()
    assert rule["AllowedMethods"] == ["POST"]
    assert rule["AllowedOrigins"] == ["*"]


def test_a_changed_cors_rule_is_corrected_and_those_of_others_are_kept(aws):
    (ours,) = cors_rules()
    theirs = {"ID": "theirs", "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}
    changed = {**ours, "AllowedMethods": ["POST", "PUT"]}
    s3_client().put_bucket_cors(
        Bucket=settings.DATA_BUCKET, CORSConfiguration={"CORSRules": [changed, theirs]}
    )
    thing = f"browser access (CORS) of bucket {settings.DATA_BUCKET}"
    assert results()[thing] == "corrected"
    assert [rule["ID"] for rule in cors_rules()] == ["theirs", "sluice-web"]
    assert results()[thing] == "exists"


def test_without_hosts_no_browser_may_come(aws, settings):
    settings.AWS_ENDPOINT_URL = None
    settings.ALLOWED_HOSTS = settings.CSRF_TRUSTED_ORIGINS = []
    results()
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        cors_rules()


def test_browsers_may_come_from_anywhere_on_one_machine(settings):
    settings.AWS_ENDPOINT_URL = "http://127.0.0.1:4566"
    assert web_origins() == ["*"]


class Early:
    """A client of an AWS that refuses the first requests of one kind, and then gets ready."""

    def __init__(self, client: Any, operation: str, code: str, sentence: str, times: int) -> None:
        self._client = client
        self._operation = operation
        self._error = {"Error": {"Code": code, "Message": sentence}}
        self.refusals_left = times

    def __getattr__(self, name: str) -> Any:
        return self._refuse if self._is_refused(name) else getattr(self._client, name)

    def _is_refused(self, name: str) -> bool:
        return name == self._operation and self.refusals_left > 0

    def _refuse(self, **request: Any) -> Any:
        self.refusals_left -= 1
        raise ClientError(self._error, self._operation)


def backoff() -> Backoff:
    clock = Clock()
    return Backoff(Deadline(60, clock), clock.sleep)


NOT_VALIDATED = "Unable to validate the following destination configurations"


def early_notification(sentence: str, times: int) -> tuple[Early, Any]:
    put = "put_bucket_notification_configuration"
    client: Any = Early(s3_client(), put, "InvalidArgument", sentence, times)
    arn = attributes(settings.BUCKET_EVENTS_QUEUE)["QueueArn"]
    s3_client().put_bucket_notification_configuration(
        Bucket=settings.DATA_BUCKET, NotificationConfiguration={}
    )

    def configure() -> str:
        return provision_notification(settings.DATA_BUCKET, arn, client, backoff()).result

    return client, configure


def test_events_are_configured_as_soon_as_the_new_policy_of_the_queue_is_known(aws):
    client, configure = early_notification(NOT_VALIDATED, times=12)
    assert configure() == "created"
    assert client.refusals_left == 0
    assert len(notification()["QueueConfigurations"]) == len(event_suffixes())
    client.refusals_left = 1
    assert configure() == "exists"


def test_a_queue_that_never_takes_events_is_an_error_in_the_end(aws):
    _, configure = early_notification(NOT_VALIDATED, times=10**9)
    with pytest.raises(ServiceError, match=NOT_VALIDATED):
        configure()


def test_events_that_overlap_with_those_of_others_are_an_error_at_once(aws):
    client, configure = early_notification("Configurations overlap", times=10**9)
    with pytest.raises(ServiceError, match="overlap"):
        configure()
    assert client.refusals_left == 10**9 - 1


@with_recovery
@pytest.mark.parametrize("operation", ["describe_continuous_backups", "update_continuous_backups"])
@pytest.mark.parametrize(
    "code", ["ContinuousBackupsUnavailableException", "TableNotFoundException"]
)
def test_recovery_is_switched_on_as_soon_as_a_new_table_can_have_it(aws, operation, code):
    table = settings.MESSAGES_TABLE
    dynamodb_client().update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    client: Any = Early(dynamodb_client(), operation, code, "not yet", times=12)
    assert provision_recovery(table, client, backoff()).result == "created"
    assert client.refusals_left == 0
    again: Any = Early(dynamodb_client(), "update_continuous_backups", code, "not yet", times=1)
    assert provision_recovery(table, again, backoff()).result == "exists"
    assert again.refusals_left == 1


def test_an_unreachable_endpoint_is_one_sentence(provision_command):
    nowhere = f"http://127.0.0.1:{free_port()}"
    code, errors = provision_command(AWS_ENDPOINT_URL=nowhere, AWS_ENDPOINT_URL_DYNAMODB="")
    assert code == 1
    assert len(errors.splitlines()) == 1
    assert "Could not connect to the endpoint URL" in errors


def test_missing_credentials_are_one_sentence(embedded_aws, provision_command):
    code, errors = provision_command(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert code == 1
    assert len(errors.splitlines()) == 1
    assert "Unable to locate credentials" in errors


@pytest.fixture
def provision_command():
    """Runs the command in a process with other settings. Returns exit code and standard error."""

    def run(**settings: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", "provision"],
            cwd=ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    return run
