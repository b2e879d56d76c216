"""Numbers of an import in plain words."""

from ingestion.models import Receipt

# What a receipt's counts are called when they stand in a sentence.
_IN_A_SENTENCE = {
    "written": "new",
    "unchanged": "unchanged",
    "kept": "kept beside another",
    "replaced": "replaced",
    "rejected": "rejected",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def receipt_in_words(receipt: Receipt) -> str:
    """Such as ``20 rows: 18 new, 2 unchanged``."""
    if not receipt.read:
        return "no rows"
    counts = receipt.as_dict()
    parts = [f"{counts[name]:,} {word}" for name, word in _IN_A_SENTENCE.items() if counts[name]]
    return f"{counted(receipt.read, 'row')}: {', '.join(parts)}"


def counted(count: int, noun: str) -> str:
    """Such as ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def time_in_words(seconds: float) -> str:
    """A length of time by its largest unit: ``40 seconds``, ``3 minutes``, ``2 days``."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= 2 * unit:
            return counted(round(seconds / unit), name)
    return counted(max(1, round(seconds)), "second")
