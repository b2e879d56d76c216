"""S3's event notifications, as they arrive in the queue.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings

from ingestion.aws.s3 import StoredObject, real_version


class UnreadableEvent(ValueError):
    """A queue message is not an event notification of S3."""


# What an import can keep of an object; see ingestion/models.py.
_LONGEST_BUCKET = 63
_LONGEST_KEY = 1024
_LONGEST_VERSION = 1024
_LONGEST_ETAG = 128
_MAX_SIZE = 2**63 - 1


def created_objects(body: str) -> list[StoredObject]:
    """The objects that a notification says were created; none for S3's test event.

    Each is checked to be one that there can be. Raises UnreadableEvent.
    """
    try:
        event = json.loads(body)
        if event.get("Event") == "s3:TestEvent":
            return []
        records = event["Records"]
        return [_object(record["s3"]) for record in records if _is_creation(record)]
    except UnreadableEvent:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent(f"not an S3 event notification: {error!r}") from error


def check_bucket(objects: list[StoredObject]) -> None:
    """Raise UnreadableEvent when an object is not in the bucket that Sluice reads."""
    for stored in objects:
        if stored.bucket != settings.DATA_BUCKET:
            raise UnreadableEvent(
                f"its bucket is {stored.bucket}; Sluice reads {settings.DATA_BUCKET}"
            )


def _is_creation(record: dict[str, Any]) -> bool:
    name: str = record["eventName"]
    return name.removeprefix("s3:").startswith("ObjectCreated:")


def _object(s3: dict[str, Any]) -> StoredObject:
    described = s3["object"]
    version = described.get("versionId")
    return StoredObject(
        bucket=_name("bucket", s3["bucket"]["name"], _LONGEST_BUCKET),
        key=_name("key", unquote_plus(described["key"]), _LONGEST_KEY),
        version_id=real_version(version and _text("versionId", version, _LONGEST_VERSION)),
        etag=_text("eTag", described.get("eTag", ""), _LONGEST_ETAG).strip('"'),
        size=_size(described.get("size", 0)),
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
    raise UnreadableEvent(f"the {what} is no text of at most {longest} bytes")


def _size(value: Any) -> int:
    if type(value) is int and 0 <= value <= _MAX_SIZE:
        return value
    raise UnreadableEvent("the size is no number of bytes")
