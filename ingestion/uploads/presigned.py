"""Uploads that a program sends straight to S3, to an address that was signed for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from common.aws import s3
from common.tracing import request_id
from ingestion.formats.models import FormatVersion
from ingestion.models import Import
from ingestion.uploads.streaming import kind_said, safe_name, upload_key


@dataclass(frozen=True, slots=True)
class PresignedUpload:
    """A waiting import, and the form to post to S3 with its file."""

    import_record: Import
    url: str
    fields: dict[str, str]
    expires_at: datetime


def most_bytes() -> int:
    """The size of the largest file that can be sent in this way."""
    return min(settings.MAX_UPLOAD_BYTES, s3.MAX_POST_BYTES)


def presign(
    file_name: str,
    size: int | None,
    on_conflict: str,
    encoding: str,
    user: Any,
    kind: str = "",
    version: FormatVersion | None = None,
    *,
    dry_run: bool = False,
) -> PresignedUpload:
    """Let a file of up to ``size`` bytes be posted. Raises UploadRefused and ServiceError.

    The row is there before the object, so that the bucket's event finds the chosen policy.
    """
    import_id = str(uuid4())
    key = upload_key(import_id, safe_name(file_name))
    max_bytes = min(size or most_bytes(), most_bytes())
    expires_at = timezone.now() + timedelta(seconds=settings.PRESIGNED_SECONDS)
    post = s3.presigned_post(settings.DATA_BUCKET, key, max_bytes, settings.PRESIGNED_SECONDS)
    import_ = Import.objects.create(
        pk=import_id,
        bucket=settings.DATA_BUCKET,
        key=key,
        on_conflict=on_conflict,
        encoding=encoding,
        **kind_said(kind),
        format_version=version,
        dry_run=dry_run,
        max_bytes=max_bytes,
        created_by=user,
        request_id=request_id.current(),
    )
    return PresignedUpload(import_, post.url, post.fields, expires_at)
