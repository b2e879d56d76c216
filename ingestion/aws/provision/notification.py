"""The bucket's notification: every new file to import becomes an event in the queue."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from common.errors import wrapped
from common.provision.outcome import Provisioned, error_code
from common.provision.readiness import when_ready
from common.retry import Backoff
from ingestion.aws.object_keys import event_suffixes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_OWN_PREFIX = "sluice-"
_QUEUES = "QueueConfigurations"


def provision_notification(
    bucket: str, queue_arn: str, client: "S3Client", backoff: Backoff
) -> Provisioned:
    """One filter for each spelling of a suffix, beside the notifications that others configured.
    Which of the objects is a file to import the listener decides (``object_keys.is_importable``).

    S3 refuses two notifications which the same object would match; the error then names them.
    """
    thing = f"events of bucket {bucket}"
    with wrapped("S3", f"configure the events of bucket {bucket}"):
        current: dict[str, Any] = dict(client.get_bucket_notification_configuration(Bucket=bucket))
        current.pop("ResponseMetadata")
        queues = current.get(_QUEUES, [])
        ours = [one for one in queues if _is_ours(one, queue_arn)]
        foreign = [one for one in queues if one not in ours]
        wanted = [
            _filter(number, suffix, queue_arn)
            for number, suffix in enumerate(event_suffixes(), start=1)
        ]
        if sorted(map(_plain, ours)) == sorted(map(_plain, wanted)):
            return Provisioned(thing, "exists")
        when_ready(
            lambda: client.put_bucket_notification_configuration(
                Bucket=bucket,
                NotificationConfiguration={**current, _QUEUES: [*foreign, *wanted]},  # type: ignore[typeddict-item]
            ),
            _is_too_early,
            backoff,
        )
    return Provisioned(thing, "corrected" if ours else "created")


def _is_too_early(error: ClientError) -> bool:
    """Whether S3 may not send to the queue yet: the queue's policy is new."""
    return error_code(error) == "InvalidArgument" and (
        "Unable to validate the following destination configurations" in str(error)
    )


def _is_ours(configuration: dict[str, Any], queue_arn: str) -> bool:
    """Those that CloudFormation made have no names of ours, and send to our queue."""
    has_our_name = str(configuration.get("Id", "")).startswith(_OWN_PREFIX)
    return has_our_name or configuration["QueueArn"] == queue_arn


def _filter(number: int, suffix: str, queue_arn: str) -> dict[str, Any]:
    return {
        "Id": f"{_OWN_PREFIX}{number}",
        "QueueArn": queue_arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": suffix}]}},
    }


def _plain(configuration: dict[str, Any]) -> tuple[str, ...]:
    """What must agree; S3 gives the filter's name back as ``Suffix``."""
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return (
        configuration["QueueArn"],
        *sorted(configuration["Events"]),
        *sorted(f"{rule['Name'].lower()}={rule['Value']}" for rule in rules),
    )
