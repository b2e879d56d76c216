"""The numbers of a receipt, in words."""

from dataclasses import dataclass

from common.pages.text import counted
from ingestion.models import Import

_MEANINGS = {
    "written": "new records",
    "unchanged": "an equal record was there",
    "kept": "stored beside a different record",
    "replaced": "took the place of a different record",
    "outdated": "a newer version of the file has that record",
    "rejected": "not stored",
}
_RARE = ("outdated",)
# The same of a forecast.
_MEANINGS_OF_FORECAST = {
    "new": "would become records",
    "equal": "an equal record is there",
    "conflict": "a different record has the key",
    "rejected": "would not be stored",
}
_IN_CONFLICT = {
    "keep": "would be kept beside a different record",
    "replace": "would replace a different record, unless that is of a newer version of the file",
    "reject": "would be rejected, as a different record has the key",
}
# What the counts are called when they stand in a sentence.
_IN_A_SENTENCE = {
    "written": "new",
    "unchanged": "unchanged",
    "kept": "kept beside another",
    "replaced": "replaced",
    "outdated": "outdated",
    "rejected": "rejected",
    "new": "new",
    "equal": "equal",
    "conflict": "in conflict",
}


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """One of the numbers that make up a receipt."""

    name: str
    count: int
    meaning: str


def receipt_parts(import_: Import) -> list[ReceiptPart]:
    """All of them but those that are rare, and that there are none of."""
    counts, meanings = _counts(import_), _MEANINGS
    if import_.dry_run:
        meanings = _MEANINGS_OF_FORECAST | {"conflict": _IN_CONFLICT[import_.on_conflict]}
    return [
        ReceiptPart(name, counts[name], meaning)
        for name, meaning in meanings.items()
        if counts[name] or name not in _RARE
    ]


def receipt_in_words(import_: Import) -> str:
    """Such as ``20 rows: 18 new, 2 unchanged``."""
    if not import_.read:
        return "no rows"
    counts = _counts(import_)
    words = ((counts[name], _IN_A_SENTENCE[name]) for name in counts if name in _IN_A_SENTENCE)
    counted_words = ", ".join(f"{count:,} {word}" for count, word in words if count)
    would = "would be " if import_.dry_run else ""
    return f"{counted(import_.read, 'row')}: {would}{counted_words}"


def _counts(import_: Import) -> dict[str, int]:
    return (import_.forecast_receipt if import_.dry_run else import_.receipt).as_dict()
