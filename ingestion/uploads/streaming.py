"""Browser and API uploads: streamed to S3 part by part, never whole in memory or in a file."""

import re
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.utils import timezone

from common.aws import s3
from common.errors import ServiceError
from common.tracing import request_id
from ingestion.aws.object_keys import IMPORT_SUFFIXES, UPLOAD_PREFIX, is_importable
from ingestion.formats.models import FormatVersion
from ingestion.models import Import
from ingestion.reading.encodings import declared_encoding
from ingestion.reading.file_error import FileError
from ingestion.running import lifecycle
from ingestion.running.tasks import CeleryQueue
from ingestion.uploads.multipart import MultipartUpload
from messages_app.kinds import registry

_UNSAFE = re.compile(r"[^\w.\- ]")


class UploadRefused(Exception):
    """A file was not taken; the message tells people why."""


class UploadedObject(UploadedFile):  # type: ignore[type-arg]
    """A file whose parts are in S3. It becomes an object only with :func:`finish`."""

    def __init__(self, name: str, size: int, import_id: str, parts: MultipartUpload) -> None:
        super().__init__(file=None, name=name, size=size)
        self.import_id = import_id
        self.parts = parts

    def close(self) -> None:
        """Called at the end of the request: what was not finished is given up."""
        self.parts.abort()


class StreamToS3(FileUploadHandler):
    """Django's upload handler that passes the content on to S3."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._parts: MultipartUpload | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._name = safe_name(self.file_name or "")
        self._import_id = str(uuid4())
        key = upload_key(self._import_id, self._name)
        self._parts = MultipartUpload(settings.DATA_BUCKET, key)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._parts is not None
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            self._parts.abort()
            raise too_large(settings.MAX_UPLOAD_BYTES)
        self._parts.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedObject:
        assert self._parts is not None
        self._parts.flush()
        done, self._parts = self._parts, None
        return UploadedObject(self._name, file_size, self._import_id, done)

    def upload_interrupted(self) -> None:
        if self._parts is not None:
            self._parts.abort()


def stream_to_s3(request: HttpRequest) -> None:
    """Have the request's files streamed. Call it before POST or FILES is touched."""
    request.upload_handlers = [StreamToS3(request)]


def finish(
    uploaded: Any,
    on_conflict: str,
    user: Any,
    encoding: str = "",
    kind: str = "",
    version: FormatVersion | None = None,
    *,
    dry_run: bool = False,
) -> Import:
    """Make an uploaded file an object and start its import. Without a ``kind`` the file tells it;
    with ``dry_run`` it is a forecast.

    Raises UploadRefused and ServiceError; nothing is left behind then.
    """
    assert isinstance(uploaded, UploadedObject)
    if not uploaded.size:
        raise UploadRefused("The file is empty.")
    if encoding:
        check_encoding(encoding)
    if kind:
        check_kind(kind)
    # The row is there before the object, so that the bucket's event finds the chosen policy.
    import_ = Import.objects.create(
        pk=uploaded.import_id,
        bucket=uploaded.parts.bucket,
        key=uploaded.parts.key,
        on_conflict=on_conflict,
        encoding=encoding,
        **kind_said(kind),
        format_version=version,
        dry_run=dry_run,
        created_by=user,
        request_id=request_id.current(),
    )
    try:
        uploaded.parts.complete()
    except Exception:
        import_.delete()
        raise
    try:
        stored = s3.head(import_.bucket, import_.key)
    except ServiceError:  # the object is there, and its event starts the import
        return import_
    if stored is None:
        import_.delete()
        raise UploadRefused("The file was removed from the bucket while it was uploaded.")
    return lifecycle.start(stored, CeleryQueue())


def safe_name(name: str) -> str:
    """A file's name, harmless in keys, pages and headers, with its ending. Raises UploadRefused."""
    safe = _UNSAFE.sub("_", name)[-200:].strip()
    if not is_importable(safe):
        raise UploadRefused(f"The file's name must end in one of {', '.join(IMPORT_SUFFIXES)}.")
    return safe


def upload_key(import_id: str, name: str) -> str:
    """Where an uploaded file is put."""
    return f"{UPLOAD_PREFIX}{timezone.now():%Y-%m-%d}/{import_id}/{name}"


def check_encoding(encoding: str) -> None:
    """Raises UploadRefused when it is no encoding of files."""
    try:
        declared_encoding(encoding)
    except FileError as error:
        raise UploadRefused(error.detail) from error


def check_kind(kind: str) -> None:
    """Raises UploadRefused when there is no such kind."""
    if not registry.exists(kind):
        raise UploadRefused(f"There is no kind “{kind[:60]}”.")


def kind_said(kind: str) -> dict[str, Any]:
    """The columns of an import whose kind is this one, or none that was said."""
    return {"kind": kind, "is_kind_said": True} if kind else {}


def too_large(maximum: int) -> UploadRefused:
    """The refusal of a file with more bytes than that."""
    return UploadRefused(
        f"The file has more than {maximum:,} bytes. Put it into the bucket directly, or split it."
    )
