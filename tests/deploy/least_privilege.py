"""Holds the roles of ``deploy/roles.yaml`` against the requests that the tests wrote down.

Which permission a request needs is in AWS's service authorization reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.conf import settings

from tests.deploy.templates import read_template
from tests.support.aws_calls import AwsCall
from tests.support.processes import ROOT

ROLES = ROOT / "deploy" / "roles.yaml"
PREFIX = "sluice"
_PLACES = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "us-east-1",
    "${AWS::AccountId}": "000000000000",
    "${Prefix}": PREFIX,
}
# Where S3's permission has another name than its request.
_S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteObjects": "DeleteObject",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
}
_VERSIONED = {"GetObject", "DeleteObject"}


@dataclass(frozen=True, order=True)
class Permission:
    """``action`` is as in ``s3:GetObject``; ``resource`` an ARN, in a role with ``*`` in it."""

    process: str
    action: str
    resource: str

    def allows(self, needed: "Permission") -> bool:
        return (self.process, self.action) == (needed.process, needed.action) and fnmatchcase(
            needed.resource, self.resource
        )

    def __str__(self) -> str:
        return f"{self.process}: {self.action} on {self.resource}"


def allowed() -> list[Permission]:
    """What the roles allow."""
    return [
        permission
        for name, resource in read_template(ROLES)["Resources"].items()
        for policy in resource["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for permission in _of_statement(name.lower(), statement)
    ]


def needed(calls: Iterable[AwsCall]) -> set[Permission]:
    """What the processes asked for; requests for what does not belong to the app do not count."""
    ours = [call for call in calls if _is_ours(call)]
    return {permission for call in ours for permission in _of_call(call)}


def lacking(calls: Iterable[AwsCall]) -> list[str]:
    """Requests that no role allows."""
    roles = allowed()
    wanted = sorted(needed(calls))
    return [str(one) for one in wanted if not any(role.allows(one) for role in roles)]


def unused(calls: Iterable[AwsCall]) -> list[str]:
    """Permissions that no request needed."""
    wanted = needed(calls)
    return [str(role) for role in sorted(allowed()) if not any(map(role.allows, wanted))]


def _of_statement(process: str, statement: Any) -> Iterator[Permission]:
    for action in _several(statement["Action"]):
        for resource in _several(statement["Resource"]):
            yield Permission(process, action, _resolved(resource["Fn::Sub"]))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resolved(text: str) -> str:
    for name, value in {**_PLACES, "${BucketName}": settings.DATA_BUCKET}.items():
        text = text.replace(name, value)
    return text


def _is_ours(call: AwsCall) -> bool:
    if call.service == "s3":
        return call.resource.split("/")[0] == settings.DATA_BUCKET
    # The templates make standard queues only.
    return call.resource.startswith(f"{PREFIX}-") and not call.resource.endswith(".fifo")


def _of_call(call: AwsCall) -> Iterator[Permission]:
    if call.service == "s3":
        yield from _of_s3(call)
    elif call.service == "sqs":
        action = call.operation.removesuffix("Batch")
        yield Permission(call.process, f"sqs:{action}", _arn("sqs", call.resource))
    else:
        words = {"INSERT": "Insert", "SELECT": "Select", "UPDATE": "Update", "DELETE": "Delete"}
        action = f"PartiQL{words[call.detail]}" if call.detail else call.operation
        yield Permission(
            call.process, f"dynamodb:{action}", _arn("dynamodb", f"table/{call.resource}")
        )


def _of_s3(call: AwsCall) -> Iterator[Permission]:
    action = _S3.get(call.operation, call.operation)
    if call.detail == "version" and action in _VERSIONED:
        action += "Version"
    yield Permission(call.process, f"s3:{action}", f"arn:aws:s3:::{call.resource}")
    if action.startswith("GetObject"):  # else what is not there is answered 403 instead of 404
        bucket = call.resource.split("/")[0]
        yield Permission(call.process, "s3:ListBucket", f"arn:aws:s3:::{bucket}")


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-1:000000000000:{resource}"


def report(calls: set[AwsCall], *, is_whole_run: bool) -> list[str]:
    """Sentences for the end of a test run; none when all is well."""
    wrong = [f"deploy/roles.yaml lacks {one}" for one in lacking(calls)]
    if is_whole_run:
        wrong += [f"deploy/roles.yaml allows what nothing uses: {one}" for one in unused(calls)]
    return wrong
