"""Columns' names: which are the same, and which name a field."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence

from ingestion.reading.formats.values.units import is_same
from messages_app.schema.invisible import visible
from messages_app.schema.schema import Field, Schema

# What no two names differ by alone.
_SAID_NOTHING = re.compile(r"[\s_\-.:;\"'()\[\]{}#*]+")
_WITH_UNIT = re.compile(r"(?P<name>.*\S)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]")


def normal_name(name: str) -> str:
    """A name without what makes no difference: case, spaces, underscores, marks, what nobody
    sees."""
    seen = unicodedata.normalize("NFKC", visible(name)).casefold()
    return _SAID_NOTHING.sub("", seen) or seen


def header_fingerprint(header: Sequence[str]) -> str:
    """The same for headers with the same names in the same order."""
    names = json.dumps([normal_name(name) for name in header])
    return hashlib.sha256(names.encode()).hexdigest()


def unit_of(name: str) -> tuple[str, str]:
    """A name and the unit behind it: ``Local avg (ms)`` is ``Local avg`` and ``ms``."""
    match = _WITH_UNIT.fullmatch(visible(name))
    return (match["name"], match["unit"].strip()) if match else (visible(name), "")


def names_field(name: str, field: Field) -> bool:
    """Whether a column's name is that of a field, or its label; its own unit may stand behind."""
    plain, unit = unit_of(name)
    known = {normal_name(field.name), normal_name(field.label)}
    if unit and field.unit and is_same(unit, field.unit):
        return normal_name(plain) in known
    return normal_name(name) in known


def columns_by_names(header: Sequence[str], schema: Schema) -> dict[str, int]:
    """For each field that exactly one column names, the place of that column."""
    found = {}
    for field in schema.fields:
        places = [place for place, name in enumerate(header) if names_field(name, field)]
        if len(places) == 1:
            found[field.name] = places[0]
    return found
