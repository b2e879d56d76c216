"""The bucket's lifecycle: what is needed for a time only is deleted by age."""

from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from common.aws.clients import s3_client
from common.errors import wrapped
from common.provision.outcome import Provisioned, error_code
from ingestion.aws.object_keys import ASIDE_PREFIX, STAGED_PREFIX

_OWN_ID = "sluice-"
# An import that failed can be run again for so long; then the file is uploaded again.
_STAGED_DAYS = 14


def _wanted() -> list[dict[str, Any]]:
    return [
        {
            "ID": "sluice-unfinished-uploads",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
        _deleted_after("sluice-staged-chunks", STAGED_PREFIX, _STAGED_DAYS),
        _deleted_after("sluice-kept-aside", ASIDE_PREFIX, settings.KEEP_ASIDE_DAYS),
    ]


def _deleted_after(name: str, prefix: str, days: int) -> dict[str, Any]:
    return {
        "ID": name,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


def provision_lifecycle(bucket: str) -> Provisioned:
    """Set our own rules beside those that others made."""
    thing = f"lifecycle of bucket {bucket}"
    with wrapped("S3", f"provision the lifecycle of {bucket}"):
        rules = _rules(bucket)
        foreign = [rule for rule in rules if not rule.get("ID", "").startswith(_OWN_ID)]
        ours = [_told(rule) for rule in rules if rule not in foreign]
        if ours == [_told(rule) for rule in _wanted()]:
            return Provisioned(thing, "exists")
        wanted: Any = {"Rules": [*foreign, *_wanted()]}
        s3_client().put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=wanted)
        return Provisioned(thing, "corrected" if ours else "created")


def _told(rule: dict[str, Any]) -> tuple[str, int | None]:
    """What tells our rules from those of an earlier version, and of other settings."""
    return rule["ID"], rule.get("Expiration", {}).get("Days")


def _rules(bucket: str) -> list[Any]:
    try:
        response = s3_client().get_bucket_lifecycle_configuration(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "NoSuchLifecycleConfiguration":
            raise
        return []
    return list(response["Rules"])
