"""S3's event notifications, as they arrive in the queue.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
from typing import Any
from urllib.parse import unquote_plus

from ingestion.aws.s3 import StoredObject, real_version


class UnreadableEvent(ValueError):
    """A queue message is not an event notification of S3."""


def created_objects(body: str) -> list[StoredObject]:
    """The objects that a notification says were created; none for S3's test event.

    Raises UnreadableEvent.
    """
    try:
        event = json.loads(body)
        if event.get("Event") == "s3:TestEvent":
            return []
        records = event["Records"]
        return [_object(record["s3"]) for record in records if _is_creation(record)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent(f"not an S3 event notification: {error!r}") from error


def _is_creation(record: dict[str, Any]) -> bool:
    name: str = record["eventName"]
    return name.removeprefix("s3:").startswith("ObjectCreated:")


def _object(s3: dict[str, Any]) -> StoredObject:
    described = s3["object"]
    return StoredObject(
        bucket=s3["bucket"]["name"],
        key=unquote_plus(described["key"]),
        version_id=real_version(described.get("versionId")),
        etag=described.get("eTag", "").strip('"'),
        size=int(described.get("size", 0)),
    )
