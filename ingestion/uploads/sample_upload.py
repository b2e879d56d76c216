"""Receives the beginning of a file and passes over the rest."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from ingestion.uploads.preview import PACKED_SAMPLE_BYTES


class SampleFile(UploadedFile):  # type: ignore[type-arg]
    """The first bytes of a file; ``size`` is that of the whole."""

    def __init__(self, name: str, size: int, content: bytes) -> None:
        super().__init__(file=None, name=name, size=size)
        self.content = content

    def close(self) -> None:
        """There is nothing to close."""


class SampleUploadHandler(FileUploadHandler):
    """Django's upload handler that keeps no more than a preview needs."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._content += raw_data[: PACKED_SAMPLE_BYTES - len(self._content)]

    def file_complete(self, file_size: int) -> SampleFile:
        return SampleFile(self.file_name or "", file_size, bytes(self._content))


def keep_sample(request: HttpRequest) -> None:
    """Have only the beginning of the request's file kept. Call it before POST or FILES is read."""
    request.upload_handlers = [SampleUploadHandler(request)]
