"""The dates of the records that imports touched."""

from django.db.models import Max, Min, QuerySet

from ingestion.models import Chunk, Import

# So many of the newest imports are asked, so that the answer stays quick with any number of them.
_NEWEST = 20


def of_import(of: Import) -> tuple[str, str] | None:
    """The first and the last date, or None when no record was touched (yet)."""
    return _first_and_last(Chunk.objects.filter(of=of))


def latest() -> str | None:
    """The latest date that the newest imports touched."""
    newest = list(Import.objects.order_by("-created_at").values_list("pk", flat=True)[:_NEWEST])
    dates = _first_and_last(Chunk.objects.filter(of__in=newest))
    return dates[1] if dates else None


def _first_and_last(chunks: QuerySet[Chunk]) -> tuple[str, str] | None:
    found = chunks.exclude(first_date="").aggregate(first=Min("first_date"), last=Max("last_date"))
    return (found["first"], found["last"]) if found["first"] else None
