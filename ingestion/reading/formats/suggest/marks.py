"""Which marks the numbers of a file have, by all cells; and the question where two readings fit."""

import re
from collections.abc import Iterable

from ingestion.reading.formats.suggest.question import Choice, Question
from ingestion.reading.formats.values.numbers import number_text
from messages_app.schema.types.decimals import exact_decimal
from messages_app.schema.validation import Invalid

_READINGS = (
    (".", "", "a point"),
    (",", "", "a comma"),
    (".", ",", "a point; commas group thousands"),
    (",", ".", "a comma; points group thousands"),
)
_MARKERS = (
    *("nan", "null", "\\n", "n/a", "#n/a", "na", "none", "nil", "-", "--", "?", "inf", "missing"),
    *("overflow", "error", "err", "---", "-nan", "#value!", "#div/0!", "void", "nul"),
)
_MARK = re.compile(r"[.,]")


def markers(cells: Iterable[str]) -> list[str]:
    """The texts among numbers that usually stand for no value."""
    return list(dict.fromkeys(cell for cell in cells if cell.casefold() in _MARKERS))


def about_markers(found: list[str]) -> Question:
    """The question what they mean."""
    shown = ", ".join(found[:5])
    choices = [
        Choice("There is no value", {"missing": found}),
        Choice("They are values", {"missing": []}),
    ]
    return Question("missing", "", f"What does {shown} stand for?", choices, 0)


def about_marks(cells: list[str]) -> Question | None:
    """The question which mark is the decimal one; None when there can be no doubt that it is a
    point, as everywhere else here."""
    if not any(_MARK.search(cell) for cell in cells):
        return None
    fitting = [one for one in _READINGS if _fits(cells, one[0], one[1])]
    marks = {mark for cell in cells for mark in _MARK.findall(cell)}
    fitting = [one for one in fitting if not one[1] or one[1] in marks]
    if not fitting or fitting == [_READINGS[0]]:
        return None
    example = next(cell for cell in cells if _MARK.search(cell))
    choices = [_choice(example, one) for one in fitting]
    chosen = 0 if len({choice.example for choice in choices}) == 1 else None
    return Question("decimal_mark", "", "Which is the decimal mark?", choices, chosen)


def _fits(cells: list[str], decimal_mark: str, thousands_mark: str) -> bool:
    clean = number_text(decimal_mark, thousands_mark)
    for cell in cells:
        if thousands_mark and cell.lstrip("+-").startswith(f"0{thousands_mark}"):
            return False
        try:
            exact_decimal(clean(cell))
        except Invalid:
            return False
    return True


def _choice(example: str, reading: tuple[str, str, str]) -> Choice:
    decimal_mark, thousands_mark, text = reading
    value = {"decimal_mark": decimal_mark, "thousands_mark": thousands_mark}
    number = number_text(decimal_mark, thousands_mark)(example)
    return Choice(text, value, f"{example} is {number}")
