"""What a person says of a file, as the inputs of its page send it."""

from collections.abc import Iterator, Mapping

from ingestion.formats.suggesting import FileAnswers

CHOICE, COLUMN, CONSTANT = "q.", "c.", "k."
_MAX_TEXT = 1024


def answers_in(data: Mapping[str, str]) -> FileAnswers:
    """``q.`` and a question's name has the place of a choice, ``c.`` and a column's place a field,
    ``k.`` and a field the text that every row has."""
    choices = {name: int(value) for name, value in _of(data, CHOICE) if is_place(value)}
    columns = {int(place): name for place, name in _of(data, COLUMN) if is_place(place)}
    constants = {
        name: text.strip()[:_MAX_TEXT] for name, text in _of(data, CONSTANT) if text.strip()
    }
    return FileAnswers(choices, columns, constants)


def _of(data: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if name.startswith(prefix):
            yield name.removeprefix(prefix), value


def is_place(text: str) -> bool:
    """Whether a text is a small whole number, as inputs send those of columns and choices."""
    return text.isascii() and text.isdigit() and len(text) < 6
