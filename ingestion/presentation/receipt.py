"""The numbers of a receipt, in words."""

from dataclasses import dataclass

from common.pages.text import counted
from ingestion.models import Receipt

_MEANINGS = {
    "written": "new records",
    "unchanged": "an equal record was there",
    "kept": "stored beside a different record",
    "replaced": "took the place of a different record",
    "outdated": "a newer version of the file has that record",
    "rejected": "not stored",
}
_RARE = ("outdated",)
# What the counts are called when they stand in a sentence.
_IN_A_SENTENCE = {
    "written": "new",
    "unchanged": "unchanged",
    "kept": "kept beside another",
    "replaced": "replaced",
    "outdated": "outdated",
    "rejected": "rejected",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the numbers that make up a receipt."""

    name: str
    count: int
    meaning: str


def receipt_parts(receipt: Receipt) -> list[Part]:
    """All of them but those that are rare, and that there are none of."""
    counts = receipt.as_dict()
    return [
        Part(name, counts[name], meaning)
        for name, meaning in _MEANINGS.items()
        if counts[name] or name not in _RARE
    ]


def receipt_in_words(receipt: Receipt) -> str:
    """Such as ``20 rows: 18 new, 2 unchanged``."""
    if not receipt.read:
        return "no rows"
    counts = receipt.as_dict()
    parts = [f"{counts[name]:,} {word}" for name, word in _IN_A_SENTENCE.items() if counts[name]]
    return f"{counted(receipt.read, 'row')}: {', '.join(parts)}"
