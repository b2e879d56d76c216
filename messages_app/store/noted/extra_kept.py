"""Which kinds have records with extra columns: exports of others need no column for them."""

from collections.abc import Iterable

from messages_app.models import ExtraKept
from messages_app.schema.record import Record


def note(records: Iterable[Record], kind: str) -> None:
    """Before records are written: that some of the kind may have extra columns."""
    if any(record.extra for record in records):
        ExtraKept.objects.get_or_create(kind=kind)


def is_kept(kind: str) -> bool:
    """Whether records of the kind may have extra columns."""
    return ExtraKept.objects.filter(kind=kind).exists()
