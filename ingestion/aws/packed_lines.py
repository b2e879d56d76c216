"""Lines of JSON in an object of the bucket, in few bytes.

The object begins with the number of bytes that its lines have, and a line feed; a zstd frame of
the lines follows.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import zstandard

from common.aws import s3


def pack(rows: Iterable[Any]) -> bytes:
    """The content of an object that has these."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
    text = b"\n".join(encode(row).encode("utf-8", "surrogatepass") for row in rows)
    return b"%d\n%b" % (len(text), zstandard.compress(text))


def unpack(content: bytes) -> Iterator[Any]:
    """The lines of an object."""
    length, _, frame = content.partition(b"\n")
    text = zstandard.decompress(frame, max_output_size=int(length))
    for line in text.split(b"\n") if text else []:
        yield json.loads(line.decode("utf-8", "surrogatepass"))


def put(bucket: str, key: str, content: bytes) -> None:
    """Store what was packed, over what is there. Raises ServiceError."""
    s3.put(bucket, key, content, "application/octet-stream")


def read(bucket: str, key: str) -> list[Any]:
    """The lines of an object; none when it is absent. Raises ServiceError."""
    content = s3.read(bucket, key)
    return list(unpack(content)) if content is not None else []
