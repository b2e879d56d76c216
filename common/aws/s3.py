"""The one door to S3. An absent object is None; other failures are a ServiceError."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from common.aws.clients import s3_client
from common.errors import ServiceError, is_passing, wrapped

# The codes by which S3 says that there is no such object or version.
ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "405", "MethodNotAllowed"})
# S3 takes no larger object in one request.
MAX_POST_BYTES = 5 * 1024**3


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One version of an object. ``size`` is in bytes; ``etag`` has no quotes; ``sequencer`` is as
    messages_app/schema/version.py has it."""

    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    metadata: dict[str, str] = field(default_factory=dict)
    content_encoding: str = ""
    # Which of two versions is the later one: told by events alone, and by answers alone.
    sequencer: str = ""
    modified: datetime | None = None

    @property
    def identity(self) -> str:
        """What tells this content from another under the same key."""
        return self.version_id or self.etag


def head(bucket: str, key: str, version_id: str = "") -> StoredObject | None:
    """What is known of an object, or None when it is absent."""
    request = s3_client().head_object
    response = _unless_absent(request, Bucket=bucket, Key=key, **version_argument(version_id))
    if response is None:
        return None
    metadata = dict(response.get("Metadata", {}))
    return StoredObject(
        bucket,
        key,
        real_version(response.get("VersionId")),
        response["ETag"].strip('"'),
        response["ContentLength"],
        metadata,
        response.get("ContentEncoding", ""),
        modified=response.get("LastModified"),
    )


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """Where, and with which form fields, anybody may post one object until it expires."""

    url: str
    fields: dict[str, str]


def presigned_post(bucket: str, key: str, max_bytes: int, seconds: int) -> PresignedPost:
    """Let one object of 1 to ``max_bytes`` be posted under this very key.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    with wrapped("S3", "sign an upload"):
        signed = s3_client().generate_presigned_post(
            Bucket=bucket,
            Key=key,
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=seconds,
        )
    return PresignedPost(signed["url"], signed["fields"])


def put(bucket: str, key: str, content: bytes, content_type: str) -> None:
    """Store a small object, over one that is there."""
    with wrapped("S3", "write an object"):
        s3_client().put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)


def read(bucket: str, key: str) -> bytes | None:
    """A small object's content, or None when it is absent."""
    response = _unless_absent(s3_client().get_object, Bucket=bucket, Key=key)
    if response is None:
        return None
    with wrapped("S3", "read an object"):
        content: bytes = response["Body"].read()
    return content


def keys(bucket: str, prefix: str, maximum: int = 1000, after: str = "") -> list[str]:
    """The keys of objects below a prefix, in their order, at most 1,000, behind one of them."""
    start: Any = {"StartAfter": after} if after else {}
    with wrapped("S3", "list the bucket"):
        page = s3_client().list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=maximum, **start)
    return [one["Key"] for one in page.get("Contents", [])]


def read_range(bucket: str, key: str, start: int, end: int) -> bytes | None:
    """The bytes of an object from ``start`` to before ``end``, or None when it is absent."""
    response = _unless_absent(
        s3_client().get_object, Bucket=bucket, Key=key, Range=f"bytes={start}-{end - 1}"
    )
    if response is None:
        return None
    with wrapped("S3", "read an object"):
        content: bytes = response["Body"].read()
    return content


# Where a listing goes on: behind this key and version.
Place = tuple[str, str]
BEGINNING: Place = ("", "")


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the bucket's listing: objects in their newest versions, by key, each with the time
    at which it was written. ``next`` is where the listing goes on; None at its end."""

    objects: list[tuple[StoredObject, datetime]]
    next: Place | None


def list_objects(
    bucket: str, prefix: str = "", start: Place = BEGINNING, page_size: int = 1000
) -> Listing:
    """The objects below a prefix, a page at a time: of older versions a page has nothing, so that
    it may be empty though there are more."""
    names = ("KeyMarker", "VersionIdMarker")
    place: Any = {name: value for name, value in zip(names, start, strict=True) if value}
    with wrapped("S3", "list the bucket"):
        page = s3_client().list_object_versions(
            Bucket=bucket, Prefix=prefix, MaxKeys=page_size, **place
        )
    found = [
        (_listed(bucket, version), version["LastModified"])
        for version in page.get("Versions", [])
        if version["IsLatest"]
    ]
    is_last = not page.get("IsTruncated")
    end = (page.get("NextKeyMarker", ""), page.get("NextVersionIdMarker", ""))
    return Listing(found, None if is_last else end)


def _listed(bucket: str, version: Any) -> StoredObject:
    return StoredObject(
        bucket,
        version["Key"],
        real_version(version.get("VersionId")),
        version["ETag"].strip('"'),
        version["Size"],
        modified=version["LastModified"].replace(microsecond=0),  # as HEAD tells it
    )


def delete_all(bucket: str, prefix: str, max_requests: int) -> bool:
    """Delete all versions of the objects under a prefix, 1,000 a request.

    Whether none is left; False when there are more than so many requests take.
    """
    for _ in range(max_requests):
        with wrapped("S3", "list versions"):
            listed = s3_client().list_object_versions(Bucket=bucket, Prefix=prefix)
        found = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
        if found:
            _delete_versions(bucket, [(one["Key"], one["VersionId"]) for one in found])
        if not listed["IsTruncated"]:
            return True
    return False


def _delete_versions(bucket: str, versions: list[tuple[str, str]]) -> None:
    objects: Any = [{"Key": key, "VersionId": version} for key, version in versions]
    with wrapped("S3", "delete objects"):
        request = {"Objects": objects, "Quiet": True}
        response = s3_client().delete_objects(Bucket=bucket, Delete=request)  # type: ignore[arg-type]
    for error in response.get("Errors", []):
        code = error.get("Code", "Unknown")
        raise ServiceError(
            f"S3 could not delete an object: {code}", code, permanent=not is_passing(code)
        )


def version_argument(version_id: str) -> dict[str, Any]:
    """The request parameter that asks for a version; none for an object without versions."""
    return {"VersionId": version_id} if version_id else {}


def real_version(version_id: str | None) -> str:
    """S3 calls the version of an object that has none ``null``; such a one can be overwritten."""
    return "" if version_id in (None, "null") else str(version_id)


def _unless_absent(request: Callable[..., Any], **arguments: Any) -> Any:
    with wrapped("S3", "read an object"):
        try:
            return request(**arguments)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ABSENT:
                return None
            raise
