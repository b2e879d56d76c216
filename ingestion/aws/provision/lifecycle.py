"""The bucket's lifecycle: what only work in progress needs is deleted by age."""

from typing import Any

from botocore.exceptions import ClientError

from common.aws.clients import s3_client
from common.errors import wrapped
from common.provision.outcome import Outcome, error_code
from ingestion.aws.object_keys import STAGED_PREFIX

_OWN_ID = "sluice-"
_RULES: list[dict[str, Any]] = [
    {
        "ID": "sluice-unfinished-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    },
    {
        # An import that failed can be run again for so long; then the file is uploaded again.
        "ID": "sluice-staged-chunks",
        "Status": "Enabled",
        "Filter": {"Prefix": STAGED_PREFIX},
        "Expiration": {"Days": 14},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    },
]


def provision_lifecycle(bucket: str) -> Outcome:
    """Set our own rules beside those that others made."""
    thing = f"lifecycle of bucket {bucket}"
    with wrapped("S3", f"provision the lifecycle of {bucket}"):
        rules = _rules(bucket)
        foreign = [rule for rule in rules if not rule.get("ID", "").startswith(_OWN_ID)]
        ours = [rule["ID"] for rule in rules if rule not in foreign]
        if ours == [rule["ID"] for rule in _RULES]:
            return Outcome(thing, "exists")
        wanted: Any = {"Rules": [*foreign, *_RULES]}
        s3_client().put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=wanted)
        return Outcome(thing, "corrected" if ours else "created")


def _rules(bucket: str) -> list[Any]:
    try:
        response = s3_client().get_bucket_lifecycle_configuration(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "NoSuchLifecycleConfiguration":
            raise
        return []
    return list(response["Rules"])
