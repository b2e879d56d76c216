"""Definitions of kinds as data: a schema in JSON, read with every fault told, and written.

``{"fields": [{"name", "type", "label", "unit", "required", "rules"}], "time_field", "identity"}``
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import TYPES
from messages_app.schema.validation import Invalid

_MEMBERS = ("name", "type", "label", "unit", "required", "rules")
MAX_FIELDS = 60
MAX_LABEL, MAX_UNIT = 80, 20
MAX_IDENTITY_FIELDS = 5
# Of all its fields together: keys of DynamoDB have 1,024 bytes.
_MAX_IDENTITY_LENGTH = 200
NAME = "[a-z][a-z0-9_]{0,49}"
# What pages, files, forms and the API call other things.
RESERVED = frozenset(
    {
        *("date", "time", "origin", "import", "line", "reason", "kind", "record", "etag"),
        *("date_from", "date_to", "time_from", "time_to", "order", "fields", "without", "by"),
        *("page_size", "cursor", "format", "csrfmiddlewaretoken", "action", "faults"),
        "extra_columns",
    }
)


class BadDefinition(ValueError):
    """A definition contradicts itself. ``faults`` has sentences by the member at fault."""

    def __init__(self, faults: Mapping[str, list[str]]) -> None:
        super().__init__(" ".join(f"{one}." for some in faults.values() for one in some))
        self.faults = faults


def whole_number(member: str, data: object, maximum: int, otherwise: str = "") -> int:
    """A member that is a whole number from 1 up. Raises BadDefinition, whose sentence ends with
    what it may be ``otherwise``."""
    sentence = f"must be a whole number from 1 to {maximum:,}{otherwise}"
    fault = BadDefinition({member: [sentence]})
    if isinstance(data, bool) or not isinstance(data, int | Decimal):
        raise fault
    if not 1 <= data <= maximum or data % 1:
        raise fault
    return int(data)


def schema_from_json(data: Mapping[str, Any]) -> Schema:
    """The schema of a definition. Raises BadDefinition, which tells every fault."""
    faults: dict[str, list[str]] = {}
    fields = _fields(data.get("fields"), faults)
    time_field = data.get("time_field")
    identity = data.get("identity", [])
    if not faults:
        by_name = {field.name: field for field in fields}
        _note(faults, "fields", _clashes(fields))
        _note(faults, "time_field", _faults_of_time(time_field, by_name))
        _note(faults, "identity", _faults_of_identity(identity, by_name))
    if faults:
        raise BadDefinition(faults)
    return Schema(tuple(fields), str(time_field), tuple(identity))


def as_json(schema: Schema) -> dict[str, Any]:
    """The definition of a schema. Numbers in it are decimals."""
    return {
        "fields": [_field_as_json(field) for field in schema.fields],
        "time_field": schema.time_field,
        "identity": list(schema.identity),
    }


def names_fingerprint(names: Iterable[str]) -> str:
    """The same for the same names in any order."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def _field_as_json(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type.name,
        "label": field.label,
        "unit": field.unit,
        "required": field.required,
        "rules": field.type.rules(),
    }


def _note(faults: dict[str, list[str]], member: str, sentences: Iterable[str]) -> None:
    if faults_found := list(sentences):
        faults.setdefault(member, []).extend(faults_found)


def _fields(data: object, faults: dict[str, list[str]]) -> list[Field]:
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_FIELDS:
        faults["fields"] = [f"must be a list of 1 to {MAX_FIELDS} fields"]
        return []
    fields = []
    for number, one in enumerate(data, start=1):
        try:
            fields.append(_field(one))
        except Invalid as error:
            name = one.get("name") if isinstance(one, dict) else None
            named = f" ({name[:50]})" if isinstance(name, str) and name else ""
            _note(faults, "fields", [f"field {number}{named} {error.detail}"])
    return fields


def _field(data: object) -> Field:
    """Raises Invalid."""
    if not isinstance(data, dict):
        raise Invalid("not_an_object", "must be an object with a name and a type")
    if unknown := [name for name in data if name not in _MEMBERS]:
        raise Invalid("unknown", f"has “{str(unknown[0])[:50]}”, which no field has")
    name = _name(data.get("name"))
    made = TYPES.get(str(data.get("type")))
    if made is None:
        raise Invalid("unknown_type", f"needs as its type one of {', '.join(TYPES)}")
    rules = _rules(data.get("rules", {}), made.name, made.rule_names)
    required = data.get("required", True)
    if not isinstance(required, bool):
        raise Invalid("not_a_boolean", "needs true or false as required")
    label = _words("label", data.get("label") or _label(name), MAX_LABEL)
    unit = _words("unit", data.get("unit") or "", MAX_UNIT)
    return Field(name, made.from_rules(rules), label, unit, required)


def _name(data: object) -> str:
    if not isinstance(data, str) or not re.fullmatch(NAME, data):
        raise Invalid(
            "bad_name",
            "needs a name of small letters, digits and _ that begins with a letter, 50 at most",
        )
    if data in RESERVED:
        raise Invalid("reserved", "has a name that something else has: choose another")
    return data


def _label(name: str) -> str:
    """``Local average`` of local_average."""
    return name.replace("_", " ").capitalize()


def _words(what: str, data: object, longest: int) -> str:
    text = data.strip() if isinstance(data, str) else None
    if text is None or len(text) > longest or not text.isprintable():
        raise Invalid(f"bad_{what}", f"needs as its {what} one line of up to {longest} characters")
    return text


def _rules(data: object, type_: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Invalid("bad_rule", "needs an object as its rules")
    if unknown := [name for name in data if name not in known]:
        have = f"it may have {', '.join(known)}" if known else "it has no rules"
        rule = str(unknown[0])[:50]
        raise Invalid(
            "bad_rule", f"has the rule “{rule}”, which type {type_} does not know: {have}"
        )
    return {name: value for name, value in data.items() if value is not None}


def _clashes(fields: list[Field]) -> Iterator[str]:
    for name, count in Counter(field.name for field in fields).items():
        if count > 1:
            yield f"name the field {name} more than once"
    names = {field.name for field in fields}
    for field in fields:
        for end in ("_min", "_max"):
            if field.type.is_number and field.name + end in names:
                yield (
                    f"have the name {field.name}{end}, by which ranges of {field.name} are asked"
                    " for: choose another"
                )


def _faults_of_time(name: object, fields: Mapping[str, Field]) -> Iterator[str]:
    field = fields.get(str(name))
    if field is None:
        times = [one.name for one in fields.values() if one.type.is_moment]
        yield (
            f"must name the field that records are ordered by, such as {times[0]}"
            if times
            else "must name a field of type timestamp: a record needs a moment, so add such a field"
        )
    elif not field.type.is_moment:
        yield f"names {field.name}, which is not of type timestamp"
    elif not field.required:
        yield f"names {field.name}, which must be required then"


def _faults_of_identity(names: object, fields: Mapping[str, Field]) -> Iterator[str]:
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        yield "must be a list of names of fields"
        return
    if len(names) > MAX_IDENTITY_FIELDS or len(set(names)) != len(names):
        yield f"must name up to {MAX_IDENTITY_FIELDS} different fields"
    length = 0
    for name in names:
        field = fields.get(name)
        most = field.type.key_length if field is not None and field.required else None
        if most is None:
            yield f"names {name[:50]}, which must be a required field of type text"
        else:
            length += most
    if length > _MAX_IDENTITY_LENGTH:
        yield (
            f"has fields of up to {length:,} characters together; {_MAX_IDENTITY_LENGTH} are"
            " allowed: give them a smaller max_length"
        )
