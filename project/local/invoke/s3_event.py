"""An event of S3: new objects, which are in the bucket, are announced to the listener."""

import json
import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings

from common.aws import s3
from common.aws.s3 import StoredObject
from ingestion.aws import sqs
from ingestion.models import Import
from project.local.invoke.answer import InvokeResponse, NotInvoked
from project.local.invoke.web import Web

_PATIENCE_SECONDS = 60
_PAUSE = 0.2


def invoke(event: Mapping[str, Any], web: Web) -> InvokeResponse:
    """What the API has of the imports of the event's objects, at their end.

    A sample cannot know version, ETag and size of the objects that are there, and they are filled
    in. So the import is the one that the bucket's own event started, where there was one. Raises
    NotInvoked and ServiceError.
    """
    event = deepcopy(dict(event))
    found = []
    for record in event["Records"]:
        bucket, described = _described(record)
        key = unquote_plus(described["key"])
        stored = s3.head(bucket, key) if bucket == settings.DATA_BUCKET else None
        if stored is None:
            where = f"s3://{settings.DATA_BUCKET}"
            detail = f"There is no object s3://{bucket}/{key}. Put it into {where} first."
            return InvokeResponse.with_json(404, {"detail": detail})
        described |= {"size": stored.size, "eTag": stored.etag, "versionId": stored.version_id}
        described.pop("sequencer", None)  # a made-up one would put the file before newer ones
        found.append(stored)
    sqs.send(sqs.queue_url(settings.BUCKET_EVENTS_QUEUE), json.dumps(event))
    return _together([_import_of(stored, web) for stored in found])


def _described(record: Any) -> tuple[str, dict[str, Any]]:
    """The bucket's name and what is said of the object."""
    try:
        described = record["s3"]["object"]
        described["key"].encode()
        return str(record["s3"]["bucket"]["name"]), described
    except (KeyError, TypeError, AttributeError) as error:
        raise NotInvoked("The event has a record without bucket and key.") from error


def _import_of(stored: StoredObject, web: Web) -> InvokeResponse:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        import_ = Import.objects.filter(
            bucket=stored.bucket, key=stored.key, identity=stored.identity
        ).first()
        if import_ and not import_.is_running:
            return web.ask("GET", f"/api/imports/{import_.pk}/")
        time.sleep(_PAUSE)
    raise NotInvoked(f"The import of {stored.key} has not ended. The stack's output tells why.")


def _together(responses: list[InvokeResponse]) -> InvokeResponse:
    """One object's answer as it is; those of several in one array."""
    if len(responses) == 1:
        return responses[0]
    status = max(one.status for one in responses)
    return InvokeResponse(status, f"[{', '.join(one.body for one in responses)}]")
