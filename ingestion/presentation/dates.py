"""The dates of the records that imports touched, and the moments at which days begin."""

from datetime import UTC, date, datetime, time

from django.db.models import Max, Min, QuerySet

from ingestion.models import Chunk, Import


def start_of_day(day: date) -> datetime:
    """The first moment of a UTC day."""
    return datetime.combine(day, time.min, UTC)


def added_by(import_: Import) -> list[tuple[str, int]]:
    """Each date to which an import added records, and how many, the latest first."""
    return sorted(import_.new_by_date().items(), reverse=True)


def of_import(import_: Import) -> tuple[str, str] | None:
    """The first and the last date of its good rows, or None when there are none (yet)."""
    return _first_and_last(Chunk.objects.filter(import_record=import_))


def _first_and_last(chunks: QuerySet[Chunk]) -> tuple[str, str] | None:
    found = chunks.exclude(first_date="").aggregate(first=Min("first_date"), last=Max("last_date"))
    return (found["first"], found["last"]) if found["first"] else None
