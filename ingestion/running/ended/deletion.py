"""Deleting an import that has ended: what Sluice knows of it, and its rejected rows.

Its records stay in the table and go on naming it as their origin. Its file stays in the bucket; as
that is not to be imported once more, by an event that comes again or a look through the bucket, a
:class:`DeletedImport` remembers it.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from common.aws import s3
from common.errors import ServiceError
from common.tracing import request_id
from ingestion.aws.object_keys import aside_prefix, own_key, staged_key_prefix
from ingestion.models import AT_WORK, RUNNING, Chunk, DeletedImport, Import

log = structlog.get_logger(__name__)

# Whoever asks for a deletion waits for so many requests that list and delete 1,000 objects each.
_REQUESTS_AT_ONCE = 2
_REQUESTS_A_SWEEP = 50
_IMPORTS_A_SWEEP = 20


class WasDeleted(Exception):
    """The import of an object was deleted, so that the object is not imported again."""


def delete(import_: Import) -> bool:
    """Delete an import. False when it runs, or when rows of it are being written yet.

    Its rejected rows go with it; what S3 does not delete now is deleted by :func:`sweep`.
    """
    with transaction.atomic():
        # An update that changes nothing, but holds off whoever would run it again.
        if not _deletable().filter(pk=import_.pk).update(resumes=F("resumes")):
            return False
        deleted = DeletedImport.objects.create(
            id=import_.pk,
            bucket=import_.bucket,
            key=import_.key,
            identity=import_.identity,
            request_id=request_id.current(),
            **_taken_back(import_),
        )
        Import.objects.filter(pk=import_.pk).delete()
    log.info("import deleted", import_id=str(deleted.pk), key=deleted.key)
    _is_swept(deleted, _REQUESTS_AT_ONCE)
    return True


def _taken_back(import_: Import) -> dict[str, Any]:
    """What imports that replaced its records have to know of it when they are taken back."""
    if not import_.chunks.filter(is_undo_begun=True).exists():
        return {}
    chunks = import_.chunks.order_by("first_line").values_list("first_line", "is_undo_begun")
    return {"created_at": import_.created_at, "taken_back": list(chunks)}


def may_be_deleted(import_: Import) -> bool:
    return _deletable().filter(pk=import_.pk).exists()


def why_not(import_: Import) -> tuple[str, str]:
    """Why one cannot be deleted now: a sentence and a code."""
    if import_.is_at_work:
        return f"The import is running: it is {import_.state}. Cancel it first.", "import_running"
    if import_.children.filter(state__in=RUNNING).exists():
        return (
            "Mended rows of it are being loaded. Try again after that.",
            "import_running",
        )
    return (
        "Rows of the ended import are still being written. Try again in a few minutes.",
        "import_being_written",
    )


def refuse_deleted(stored: s3.StoredObject) -> None:
    """Raise WasDeleted when an object is that of an import which was deleted.

    One that was deleted before its file came has no identity: no file under its key is taken.
    """
    if among([stored]).exists():
        raise WasDeleted(stored.key)


def among(objects: Collection[s3.StoredObject]) -> QuerySet[DeletedImport, tuple[str, str]]:
    """Keys and identities of deleted imports, those of these objects among them."""
    return DeletedImport.objects.filter(
        bucket=settings.DATA_BUCKET,
        key__in=[stored.key for stored in objects],
        identity__in=["", *(stored.identity for stored in objects)],
    ).values_list("key", "identity")


def sweep() -> None:
    """Delete what deleted imports have left in the bucket: what could not be deleted at once, and
    what a worker wrote behind the deletion."""
    since = timezone.now() - timedelta(seconds=settings.STALL_SECONDS)
    for deleted in DeletedImport.objects.filter(is_swept=False, at__lt=since)[:_IMPORTS_A_SWEEP]:
        with request_id.bound(deleted.request_id):
            if _is_swept(deleted, _REQUESTS_A_SWEEP):
                DeletedImport.objects.filter(pk=deleted.pk).update(is_swept=True)


def _deletable() -> QuerySet[Import]:
    """Ended imports of which no rows, mended ones included, are being written."""
    is_loaded = Exists(Import.objects.filter(parent=OuterRef("pk"), state__in=RUNNING))
    return Import.objects.exclude(state__in=AT_WORK).exclude(is_written()).exclude(is_loaded)


def is_written() -> Q:
    """Of ended imports those of which rows are being written. A chunk that was begun is finished
    behind the end; but not for ever, as its task may be a dead letter."""
    since = timezone.now() - timedelta(seconds=settings.STALL_SECONDS)
    begun = Chunk.objects.filter(
        import_record=OuterRef("pk"), is_begun=True, is_done=False, is_undo_begun=False
    )
    return Q(Exists(begun)) & Q(finished_at__gt=since)


def _is_swept(deleted: DeletedImport, max_requests: int) -> bool:
    """Delete what Sluice keeps of an import in the bucket. Whether nothing is left. What one that
    was taken back had replaced may come again yet: it is left to the bucket's lifecycle."""
    own = str(deleted.pk)
    prefixes = [own_key(own, ""), staged_key_prefix(own)]
    if deleted.taken_back is None:
        prefixes.append(aside_prefix(own))
    try:
        return all(s3.delete_all(deleted.bucket, prefix, max_requests) for prefix in prefixes)
    except ServiceError as error:
        log.warning("objects left", import_id=str(deleted.pk), error=str(error))
        return False
