"""Multipart uploads: an object that grows part by part and appears when it is complete."""

from typing import Any

import structlog
from django.conf import settings

from common.aws.clients import uploading_client
from common.errors import ServiceError, wrapped

log = structlog.get_logger(__name__)


class MultipartUpload:
    """Collects bytes into parts. Methods raise ServiceError. Memory: one part."""

    def __init__(self, bucket: str, key: str, content_type: str = "text/csv") -> None:
        self.bucket = bucket
        self.key = key
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        with wrapped("S3", "begin an upload"):
            self._upload_id = uploading_client().create_multipart_upload(
                Bucket=bucket, Key=key, ContentType=content_type
            )["UploadId"]
        self._is_open = True

    def write(self, content: bytes) -> None:
        """Add bytes; a part is sent whenever enough have come together."""
        self._buffer += content
        if len(self._buffer) >= settings.UPLOAD_PART_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what is there as a part, the last one."""
        number = len(self._parts) + 1
        with wrapped("S3", "upload a part"):
            etag = uploading_client().upload_part(
                Bucket=self.bucket,
                Key=self.key,
                UploadId=self._upload_id,
                PartNumber=number,
                Body=bytes(self._buffer),
            )["ETag"]
        self._parts.append({"PartNumber": number, "ETag": etag})
        self._buffer.clear()

    def complete(self) -> None:
        """Make the object appear."""
        with wrapped("S3", "complete an upload"):
            uploading_client().complete_multipart_upload(
                Bucket=self.bucket,
                Key=self.key,
                UploadId=self._upload_id,
                MultipartUpload={"Parts": self._parts},  # type: ignore[typeddict-item]
            )
        self._is_open = False

    def abort(self) -> None:
        """Throw away what was uploaded, unless it was completed. Can be called again.

        What cannot be thrown away now is left to the bucket's lifecycle rule.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            with wrapped("S3", "abort an upload"):
                uploading_client().abort_multipart_upload(
                    Bucket=self.bucket, Key=self.key, UploadId=self._upload_id
                )
        except ServiceError as error:
            log.warning("upload not thrown away", key=self.key, error=str(error))
