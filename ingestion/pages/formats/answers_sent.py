"""What a person says of a file, as the inputs of its page send it."""

from collections.abc import Iterator, Mapping

from common.digits import from_digits
from ingestion.formats.suggesting import FileAnswers

CHOICE, COLUMN, CONSTANT = "q.", "c.", "k."
_MAX_TEXT = 1024
# Of a column or a choice.
MAX_PLACE = 99_999


def answers_in(data: Mapping[str, str]) -> FileAnswers:
    """``q.`` and a question's name has the place of a choice, ``c.`` and a column's place a field,
    ``k.`` and a field the text that every row has."""
    choices = {name: from_digits(value, MAX_PLACE) for name, value in _of(data, CHOICE)}
    columns = {from_digits(place, MAX_PLACE): name for place, name in _of(data, COLUMN)}
    constants = {
        name: text.strip()[:_MAX_TEXT] for name, text in _of(data, CONSTANT) if text.strip()
    }
    return FileAnswers(
        {name: place for name, place in choices.items() if place is not None},
        {place: name for place, name in columns.items() if place is not None},
        constants,
    )


def _of(data: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if name.startswith(prefix):
            yield name.removeprefix(prefix), value
