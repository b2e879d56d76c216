"""Texts of any length in sentences."""

_LONGEST_SHOWN = 40


def shortened(text: str) -> str:
    """The beginning of a text, as much as a sentence has room for."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
