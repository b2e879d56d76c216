"""S3's event notifications as they arrive in the queue, from S3 itself, SNS or EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
import re
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from django.conf import settings

from common.aws.s3 import StoredObject, real_version
from ingestion.aws.envelopes import description_of, is_of_event_bridge, kind_of_record, unwrapped
from ingestion.aws.object_keys import LONGEST_KEY
from messages_app.schema.version import canonical_sequencer


class UnreadableEvent(ValueError):
    """A queue message does not tell of a new object; the message says what it is, or is wrong."""


# What an import can keep of an object; see ingestion/models.py.
_LONGEST_BUCKET = 63
_LONGEST_VERSION = 1024
_LONGEST_ETAG = 128
_MAX_SIZE = 2**63 - 1
_SEQUENCER = re.compile("[0-9A-Fa-f]{0,64}")


def created_objects(body: str) -> list[StoredObject]:
    """The objects that a notification says were created; none for S3's test event.

    Each is checked to be one that there can be. Raises UnreadableEvent.
    """
    event = None
    try:
        event = unwrapped(json.loads(body))
        if is_of_event_bridge(event):
            return [_object(_record_of(event))]
        if event.get("Event") == "s3:TestEvent":
            return []
        return [_object(record["s3"]) for record in event["Records"] if _is_creation(record)]
    except UnreadableEvent:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        kind = f"; it looks like {description_of(event)}" if description_of(event) else ""
        raise UnreadableEvent(f"it is not an event notification of S3{kind}") from error


def check_bucket(objects: list[StoredObject]) -> None:
    """Raise UnreadableEvent when an object is not in the bucket that Sluice reads."""
    for stored in objects:
        if stored.bucket != settings.DATA_BUCKET:
            raise UnreadableEvent(
                f"its bucket is {stored.bucket}; Sluice reads {settings.DATA_BUCKET}"
            )


def _is_creation(record: dict[str, Any]) -> bool:
    # Other services have records too. What stands in for S3 calls itself "minio:s3" or the like.
    if not record.get("eventSource", "aws:s3").endswith(":s3"):
        raise UnreadableEvent(
            f"it is not an event notification of S3; it has {kind_of_record(record)}"
        )
    name: str = record["eventName"]
    return name.removeprefix("s3:").startswith("ObjectCreated:")


def _record_of(event: dict[str, Any]) -> dict[str, Any]:
    """What EventBridge tells of a new object, as S3's own record has it."""
    if (event["source"], event["detail-type"]) != ("aws.s3", "Object Created"):
        raise UnreadableEvent(
            f"it is {description_of(event)}; of EventBridge's events Sluice accepts only"
            " 'Object Created' of 'aws.s3'"
        )
    described = event["detail"]["object"]
    return {
        "bucket": event["detail"]["bucket"],
        "object": {
            **described,
            "key": quote_plus(described["key"]),  # EventBridge does not encode it
            "eTag": described["etag"],
            "versionId": described.get("version-id"),
        },
    }


def _object(s3: dict[str, Any]) -> StoredObject:
    described = s3["object"]
    version = described.get("versionId")
    return StoredObject(
        bucket=_name("bucket", s3["bucket"]["name"], _LONGEST_BUCKET),
        key=_name("key", unquote_plus(described["key"]), LONGEST_KEY),
        version_id=real_version(version and _text("versionId", version, _LONGEST_VERSION)),
        etag=_text("eTag", described.get("eTag", ""), _LONGEST_ETAG).strip('"'),
        size=_size(described.get("size", 0)),
        sequencer=_sequencer(described.get("sequencer")),
    )


def _name(what: str, value: Any, longest: int) -> str:
    if not value:
        raise UnreadableEvent(f"the {what} is empty")
    return _text(what, value, longest)


def _text(what: str, value: Any, longest: int) -> str:
    """A text that a database and S3 take: no half of a surrogate pair, no NUL."""
    try:
        if isinstance(value, str) and len(value.encode()) <= longest and "\0" not in value:
            return value
    except UnicodeEncodeError:
        pass
    raise UnreadableEvent(f"the {what} is not a text of at most {longest} bytes")


def _size(value: Any) -> int:
    if type(value) is int and 0 <= value <= _MAX_SIZE:
        return value
    raise UnreadableEvent("the size is not a number of bytes")


def _sequencer(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and _SEQUENCER.fullmatch(value):
        return canonical_sequencer(value)
    raise UnreadableEvent("the sequencer is not a hexadecimal number of at most 64 digits")
