"""Files that nobody announced: objects to import that have no import, since their event was lost
or they were in the bucket before Sluice was.

An object is known by what an event would have said: bucket, key, and version or ETag.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from common.aws import s3
from common.aws.s3 import StoredObject
from ingestion.aws.object_keys import is_importable
from ingestion.models import Import
from ingestion.running.ended import deletion

# SQLite in its older builds takes fewer than 1,000 values in a statement, and each file needs two.
_LOOKED_UP_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Scope:
    """Which objects to look at: those below ``prefix``, written at ``since`` or later, and not
    later than ``until``; None for any time."""

    prefix: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def has(self, stored: StoredObject, written: datetime) -> bool:
        return (
            is_importable(stored.key)
            and (self.since is None or written >= self.since)
            and (self.until is None or written <= self.until)
        )


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The files without an import on a page of the bucket's listing, and where it goes on: None at
    the end."""

    files: list[StoredObject]
    next: s3.Place | None


def page(scope: Scope, start: s3.Place = s3.BEGINNING) -> SearchPage:
    """One request to S3, and a few statements. Raises ServiceError."""
    listing = s3.list_objects(settings.DATA_BUCKET, scope.prefix, start)
    files = [stored for stored, written in listing.objects if scope.has(stored, written)]
    return SearchPage(list(_without_import(files)), listing.next)


def pages(scope: Scope) -> Iterator[SearchPage]:
    """All of them, one at a time."""
    place: s3.Place | None = s3.BEGINNING
    while place is not None:
        found = page(scope, place)
        yield found
        place = found.next


def files(scope: Scope) -> Iterator[StoredObject]:
    """All files without an import. Raises ServiceError."""
    for found in pages(scope):
        yield from found.files


def _without_import(listed: list[StoredObject]) -> Iterator[StoredObject]:
    for first in range(0, len(listed), _LOOKED_UP_AT_ONCE):
        some = listed[first : first + _LOOKED_UP_AT_ONCE]
        known = _known(some)
        yield from (
            stored
            for stored in some
            if (stored.key, stored.identity) not in known and (stored.key, "") not in known
        )


def _known(some: list[StoredObject]) -> set[tuple[str, str]]:
    """The keys and identities of those that have an import, or had one that was deleted."""
    imports = Import.objects.filter(
        bucket=settings.DATA_BUCKET,
        key__in=[stored.key for stored in some],
        identity__in=[stored.identity for stored in some],
    )
    return {*imports.values_list("key", "identity"), *deletion.among(some)}
