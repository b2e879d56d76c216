"""The bucket: versioned, closed to the public."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from django.conf import settings

from common.aws.clients import s3_client
from common.errors import wrapped
from common.provision.outcome import Provisioned, error_code

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import PublicAccessBlockConfigurationTypeDef

_DEFAULT_REGION = "us-east-1"  # S3 refuses it as a location constraint
_CLOSED: "PublicAccessBlockConfigurationTypeDef" = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def provision_bucket(bucket: str) -> Iterator[Provisioned]:
    with wrapped("S3", f"provision the bucket {bucket}"):
        yield _bucket(bucket)
        yield _versioning(bucket)
        yield _public_access(bucket)


def _bucket(bucket: str) -> Provisioned:
    thing = f"bucket {bucket}"
    try:
        s3_client().head_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) not in {"404", "NoSuchBucket"}:
            raise
    else:
        return Provisioned(thing, "exists")
    place: dict[str, Any] = {}
    if settings.AWS_REGION != _DEFAULT_REGION:
        place["CreateBucketConfiguration"] = {"LocationConstraint": settings.AWS_REGION}
    s3_client().create_bucket(Bucket=bucket, **place)
    return Provisioned(thing, "created")


def _versioning(bucket: str) -> Provisioned:
    thing = f"versioning of bucket {bucket}"
    status: str | None = s3_client().get_bucket_versioning(Bucket=bucket).get("Status")
    if status == "Enabled":
        return Provisioned(thing, "exists")
    s3_client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return Provisioned(thing, "corrected" if status == "Suspended" else "created")


def _public_access(bucket: str) -> Provisioned:
    thing = f"public access block of bucket {bucket}"
    current = _current_public_access(bucket)
    if current == _CLOSED:
        return Provisioned(thing, "exists")
    s3_client().put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_CLOSED)
    return Provisioned(thing, "corrected" if current else "created")


def _current_public_access(bucket: str) -> "PublicAccessBlockConfigurationTypeDef | None":
    try:
        response = s3_client().get_public_access_block(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        return None
    return response["PublicAccessBlockConfiguration"]
