"""Columns of a file that no field is read from, kept as text with its records.

Which of them a file has is known only when it comes, so that they are no fields: nothing asks or
draws by them. They are of a record's content as fields are, and count when records are compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import simplejson

from common.rest.json_schema import JSONSchema
from messages_app.schema.invisible import visible
from messages_app.schema.validation import Invalid

# What records, answers and exports call them; no field of a kind has this name.
EXTRA_COLUMNS = "extra_columns"
# Name and text of each, by name.
Extra = tuple[tuple[str, str], ...]
MAX_COLUMNS = 50
MAX_NAME = 100
MAX_LENGTH = 1024
# Characters of all of a record's: they cost as much to store as fields do.
MAX_TOTAL = 8192

# One without a text is as if it were not there.
_MEMBER = {"type": "string", "maxLength": MAX_LENGTH}
JSON_SCHEMA: JSONSchema = {
    "type": "object",
    "description": "The columns of the record's file that no field is read from, where its format"
    f" keeps them: up to {MAX_COLUMNS}, of up to {MAX_TOTAL:,} characters together. Absent where"
    " there are none.",
    "additionalProperties": _MEMBER,
    "maxProperties": MAX_COLUMNS,
    "example": {"Firmware": "2.4.1"},
}


def kept(pairs: Iterable[tuple[str, str]]) -> Extra:
    """Those of these names and texts that have a text. Raises Invalid when they are too much."""
    found = tuple(sorted((name, text) for name, text in pairs if text))
    total = sum(len(name) + len(text) for name, text in found)
    if total > MAX_TOTAL:
        detail = f"have {total:,} characters together, {MAX_TOTAL:,} are allowed"
        raise Invalid("too_long", detail)
    return found


def clean(text: str) -> str:
    """The text of a cell, '' where it has none. Raises Invalid."""
    text = visible(text)
    if len(text) > MAX_LENGTH:
        raise Invalid("too_long", f"has {len(text):,} characters, {MAX_LENGTH:,} are allowed")
    if "\0" in text:
        raise Invalid("nul", "contains a NUL byte; remove it")
    return text


def names_of(header: Sequence[str], places: Iterable[int]) -> dict[str, int]:
    """What the columns at these places are called, and where they are: by the header; by their
    position where that gives no name, or gives it twice."""
    names: dict[str, int] = {}
    for place in places:
        name = visible(header[place])[:MAX_NAME]
        names[name if name and name not in names else f"column {place + 1}"] = place
    return names


def from_json(data: object) -> Extra:
    """What a JSON object stands for. Raises Invalid."""
    if not isinstance(data, Mapping):
        raise Invalid("not_an_object", "must be an object with texts by their names")
    if len(data) > MAX_COLUMNS:
        raise Invalid("too_many", f"has {len(data):,} members, {MAX_COLUMNS} are allowed")
    return kept((_name(name), _text(name, text)) for name, text in data.items())


def from_text(text: str) -> Extra:
    """What a cell of an export stands for; nothing in it is none. Raises Invalid."""
    if not visible(text):
        return ()
    try:
        data = simplejson.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("not_json", "is not a JSON object, as exports have it") from None
    return from_json(data)


def as_text(extra: Extra) -> str:
    """As a cell of an export has them; '' for none."""
    return simplejson.dumps(dict(extra), ensure_ascii=False) if extra else ""


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or name != visible(name):
        raise Invalid("bad_name", f"must have names of 1 to {MAX_NAME} characters")
    _check_characters(name)
    return name


def _text(name: object, text: Any) -> str:
    if not isinstance(text, str):
        raise Invalid("not_text", f"must have texts, but {str(name)[:MAX_NAME]} is not a text")
    _check_characters(text)
    return clean(text)


def _check_characters(text: str) -> None:
    is_half = not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text)
    if is_half or "\0" in text:
        raise Invalid("not_text", "must have text without NUL bytes and halves of characters")
