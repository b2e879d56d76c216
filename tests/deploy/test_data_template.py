"""``deploy/data.yaml``: deployed to the embedded AWS, it is what the app needs."""

from typing import Any

import boto3
import pytest
from django.conf import LazySettings

from common.aws.clients import s3_client
from ingestion.aws.provision import provision
from ingestion.models import Import, State
from ingestion.running.listener import Listener
from tests.deploy.templates import read_template
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, put, records
from tests.support.processes import ROOT, wait_until

TEMPLATE = ROOT / "deploy" / "data.yaml"
PARAMETERS = {
    "BucketName": "plant-a-readings",
    "Prefix": "plant-a",
    "WebOrigin": "*",  # as the embedded AWS has it,
}

pytestmark = [pytest.mark.django_db]


def cloudformation(settings: LazySettings) -> Any:
    return boto3.client(
        "cloudformation",
        endpoint_url=settings.AWS_ENDPOINT_URL,
        region_name=settings.AWS_REGION,
    )


@pytest.fixture
def deployed(bare_aws: str, settings: LazySettings) -> dict[str, str]:
    """A stack made from the template; the app is configured with its outputs."""
    settings.AWS_ENDPOINT_URL_DYNAMODB = None  # the template's table is where the others are made
    client = cloudformation(settings)
    client.create_stack(
        StackName="data",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()
        ],
    )
    wait_until(lambda: stack(client)["StackStatus"] != "CREATE_IN_PROGRESS")
    assert stack(client)["StackStatus"] == "CREATE_COMPLETE"
    outputs = {one["Description"]: one["OutputValue"] for one in stack(client)["Outputs"]}
    for name, value in outputs.items():
        setattr(settings, name, value)
    settings.VISIBILITY_SECONDS, settings.POLL_SECONDS = 180, 5  # as the service has them
    return outputs


def template() -> Any:
    return read_template(TEMPLATE)


def stack(client: Any) -> Any:
    return client.describe_stacks(StackName="data")["Stacks"][0]


def test_a_file_that_lands_in_the_bucket_is_imported(deployed):
    put(HEADER + lines(3), key="devices/FILE.CSV")
    tasks = Tasks()
    listener = Listener(tasks)

    def is_heard() -> bool:
        listener.listen_once()
        return Import.objects.exists()

    wait_until(is_heard)
    tasks.run()
    import_ = Import.objects.get()
    assert (import_.bucket, import_.state) == (PARAMETERS["BucketName"], State.DONE)
    assert counts(import_) == {"read": 3, "written": 3}
    assert len(records()) == 3


def test_provisioning_adds_only_what_the_embedded_cloudformation_leaves_out(deployed):
    """On AWS it has these two as well; that they are the same is tested below."""
    added = {one.thing.split(" of ")[0] for one in provision() if one.result != "exists"}
    assert added == {"lifecycle", "point-in-time recovery"}


def test_the_lifecycle_is_that_of_provisioning(deployed, settings):
    for _ in provision():
        pass
    client = s3_client()
    rules = client.get_bucket_lifecycle_configuration(Bucket=settings.DATA_BUCKET)["Rules"]
    bucket = template()["Resources"]["Bucket"]["Properties"]
    assert [as_template(rule) for rule in rules] == bucket["LifecycleConfiguration"]["Rules"]


def as_template(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of S3 in CloudFormation's words."""
    words: dict[str, Any] = {
        "Id": rule["ID"],
        "Status": rule["Status"],
        "Prefix": rule["Filter"]["Prefix"],
    }
    if "Expiration" in rule:
        words["ExpirationInDays"] = rule["Expiration"]["Days"]
    same = ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
    return words | {name: rule[name] for name in same if name in rule}


def test_what_must_not_be_lost_stays_when_the_stack_goes():
    kept = {"AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::DynamoDB::Table"}
    for name, resource in template()["Resources"].items():
        is_kept = resource.get("DeletionPolicy") == resource.get("UpdateReplacePolicy") == "Retain"
        assert is_kept == (resource["Type"] in kept), name
    table = template()["Resources"]["Messages"]["Properties"]
    assert table["DeletionProtectionEnabled"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
