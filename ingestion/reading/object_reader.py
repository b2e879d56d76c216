"""Reading an object: a stream that survives broken connections and never mixes two contents."""

import io
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from common.aws.clients import s3_client
from common.aws.s3 import ABSENT, StoredObject
from common.deadline import Deadline
from common.errors import ServiceError
from common.retry import Backoff
from ingestion.reading.file_error import FileError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

OBJECT_GONE = "object_gone"
_client = partial(s3_client, "once")


class ObjectReader(io.RawIOBase):
    """Reads one version of an object as a seekable stream, pinned to its ETag.

    The connection is opened at the first read and after each seek, and again, from where it broke
    off, when it broke. Raises FileError when the content is gone, ServiceError when S3 does not
    answer until the deadline. ``end`` (not included) cuts the stream short.
    """

    def __init__(
        self,
        stored: StoredObject,
        deadline: Deadline,
        end: int | None = None,
        client: Callable[[], Any] = _client,
    ) -> None:
        super().__init__()
        self._stored = stored
        self._deadline = deadline
        self._client = client
        self._end = stored.size if end is None else end
        self._position = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}[whence]
        if base + offset != self._position:
            self._drop()
            self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        wanted = min(len(view), self._end - self._position)
        if wanted <= 0:
            return 0
        content = self._read(wanted)
        view[: len(content)] = content
        self._position += len(content)
        return len(content)

    def close(self) -> None:
        self._drop()
        super().close()

    def _read(self, wanted: int) -> bytes:
        backoff = Backoff(self._deadline)
        while True:
            try:
                if self._body is None:
                    self._body = self._open()
                content: bytes = self._body.read(wanted)
                if content:
                    return content
                raise ServiceError("S3 ended an answer early", "IncompleteBody", permanent=False)
            except ServiceError as error:
                self._drop()
                backoff.pause(error)
            except (BotoCoreError, OSError) as cause:
                self._drop()
                backoff.pause(ServiceError.wrap("S3", "read an object", cause))

    def _open(self) -> Any:
        """The body from the current position on: of the key's current content if that is ours,
        else of our version, which a versioned bucket keeps under an overwritten or deleted key."""
        try:
            return self._get({"IfMatch": f'"{self._stored.etag}"'})
        except FileError:
            if not self._stored.version_id:
                raise
            return self._get({"VersionId": self._stored.version_id})

    def _get(self, which: dict[str, Any]) -> Any:
        try:
            response = self._client().get_object(
                Bucket=self._stored.bucket,
                Key=self._stored.key,
                Range=f"bytes={self._position}-{self._end - 1}",
                **which,
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code in ("PreconditionFailed", "412"):
                raise object_changed(self._stored.key) from error
            if code in ABSENT:
                raise object_gone(self._stored.key) from error
            raise ServiceError.wrap("S3", "read an object", error) from error
        if "ContentRange" not in response:  # the embedded AWS gives a version as a whole
            _discard(response["Body"], self._position)
        return response["Body"]

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def _discard(body: Any, size: int) -> None:
    while size > 0 and (part := body.read(min(size, 1024 * 1024))):
        size -= len(part)


def object_changed(key: str) -> FileError:
    """The error of an import whose object was overwritten, in a bucket that keeps no versions."""
    return FileError(
        "object_changed",
        f"The object {key} was overwritten while it was read. Its new content has an import of"
        " its own; put files under new names, or switch on the bucket's versioning.",
    )


def object_gone(key: str) -> FileError:
    """The error of an import whose object is not there any more."""
    return FileError(
        OBJECT_GONE, f"The object {key} is not in the bucket any more. Put the file there again."
    )
