"""Whole numbers as addresses, forms, options and settings have them: in ASCII digits alone."""

# An id or a number that SQL holds.
LARGEST = 2**63 - 1
# Python refuses to read much longer ones, and nothing here needs one.
_MAX_LENGTH = 1000


def from_digits(text: str, maximum: int, minimum: int = 0) -> int | None:
    """The number from ``minimum`` to ``maximum``; None of any other text."""
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_LENGTH:
        return None
    number = int(text)
    return number if minimum <= number <= maximum else None


def number_or_text(text: str, maximum: int) -> int | str:
    """The number, else the text, for the check that says what is wrong with it."""
    number = from_digits(text, maximum)
    return text if number is None else number
