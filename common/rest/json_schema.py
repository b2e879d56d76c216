"""The rules of values in JSON Schema, for the OpenAPI document: as tight as what is enforced.

Patterns name ASCII digits and spaces by themselves, as ``\\d`` and ``\\s`` differ between the
engines that read them.
"""

from collections.abc import Sequence
from typing import Any

JSONSchema = dict[str, Any]

_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_SECOND = f"{_HOUR}:{_SIXTY}:{_SIXTY}"
_FRACTION = r"(?:\.[0-9]{1,6})?"
# Behind the time of a record that is kept beside another one (messages_app/schema/record.py).
_DIGEST = "(?:~[0-9a-f]{6,64})?"
# Behind the time of a record of a kind with an identity.
_IDENTITY = "(?:#[^/~]*)?"
_BEGUN_DIGEST = "(?:~[0-9a-f]{0,64})?"

# Years in which there are records.
_YEAR = "(?:19[7-9][0-9]|[2-9][0-9]{3})"
# Those whose days all stay in that range with any offset from UTC.
_INNER_YEAR = "(?:197[1-9]|19[89][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])"
_LEAP_YEAR = (
    "(?:19(?:7[26]|8[048]|9[26])|[2-9][0-9](?:0[48]|[2468][048]|[13579][26])"
    "|(?:[2468][048]|[3579][26])00)"
)
_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_RECORD_DATE = f"(?:{_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"
_INNER_DATE = f"(?:{_INNER_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"
_ISO_TIME = rf"[Tt ]{_HOUR}:{_SIXTY}(?::{_SIXTY}(?:[.,][0-9]{{1,26}})?)?"
_OFFSET = f"[+-]{_HOUR}(?::?{_SIXTY})?"
_ISO = f"^(?:{_RECORD_DATE}{_ISO_TIME}[Zz]|{_INNER_DATE}{_ISO_TIME}{_OFFSET})$"
# Which numbers are epoch seconds; see messages_app/schema/epoch_seconds.py.
EPOCH_SECONDS: JSONSchema = {
    "type": "number",
    "minimum": 10**8,
    "maximum": 10**11,
    "exclusiveMaximum": True,
}
# What does not count as text: the same characters in every engine.
SPACES = r"\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = r"\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
TEXT: JSONSchema = {
    "type": "string",
    "minLength": 1,
    "pattern": rf"^[^\u0000]*[^\u0000{SPACES}{_INVISIBLE}][^\u0000]*$",
}
# A number that is not 0 has to be large enough for DynamoDB to hold it.
_TOO_SMALL = {"minimum": 0, "exclusiveMinimum": True, "maximum": 1e-130, "exclusiveMaximum": True}
ZERO_OR_MORE: JSONSchema = {"type": "number", "minimum": 0, "not": _TOO_SMALL}

# As RFC 3339 has it.
MOMENT: JSONSchema = {"type": "string", "format": "date-time"}
# A moment with its offset from UTC.
ISO: JSONSchema = {"type": "string", "pattern": _ISO, "example": "2019-05-28T10:55:09.38Z"}
# Answers have all digits; a reader that rounds them may leave tighter bounds than this.
ANSWERED: JSONSchema = {"type": "number", "minimum": 0}

# Any UTC date, of a query or an address, and one that a record can have.
DATE: JSONSchema = {"type": "string", "format": "date", "example": "2019-05-28"}
RECORD_DATE: JSONSchema = {**DATE, "pattern": f"^{_RECORD_DATE}$"}
# Of a record that is there, and of a new one.
TIME: JSONSchema = {
    "type": "string",
    "pattern": f"^{_SECOND}{_FRACTION}{_DIGEST}$",
    "example": "10:55:09.385333",
}
NEW_TIME: JSONSchema = {**TIME, "pattern": f"^{_SECOND}{_FRACTION}$"}
# In a query: any beginning of a time.
TIME_PREFIX: JSONSchema = {
    "type": "string",
    "pattern": f"^{_HOUR}(?::{_SIXTY}(?::{_SIXTY}{_FRACTION})?)?$",
    "example": "10:55",
}
_MOMENT = rf"^{_RECORD_DATE}T{_HOUR}(?::{_SIXTY}(?::{_SIXTY}{_FRACTION})?)?Z?$"
DATE_OR_MOMENT: JSONSchema = {
    "anyOf": [DATE, {"type": "string", "pattern": _MOMENT, "example": "2019-05-28T10:55"}]
}
# In an address: any beginning of a record's time; of one that is to be changed, at least the
# second.
TIME_IN_ADDRESS: JSONSchema = {
    "type": "string",
    "pattern": f"^{_HOUR}(?::{_SIXTY}(?::{_SIXTY}{_FRACTION}{_BEGUN_DIGEST})?)?$",
    "example": "10:55:09",
}
TIME_TO_THE_SECOND: JSONSchema = {**TIME, "pattern": f"^{_SECOND}{_FRACTION}{_BEGUN_DIGEST}$"}
# In addresses, the ids that the database gives.
NUMBER = "[0-9]{1,18}"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KIND_NAME: JSONSchema = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9-]{0,39}$",
    "example": "messages",
}
# The same of records of any kind.
RECORD_TIME: JSONSchema = {
    **TIME,
    "pattern": f"^{_SECOND}{_FRACTION}{_IDENTITY}{_DIGEST}$",
    "example": "10:55:09.385333#sensor-1",
}
RECORD_TIME_IN_ADDRESS: JSONSchema = {
    "type": "string",
    "pattern": f"^{_HOUR}(?::{_SIXTY}(?::{_SIXTY}{_FRACTION}{_IDENTITY}{_BEGUN_DIGEST})?)?$",
    "example": "10:55:09",
}
RECORD_TIME_TO_THE_SECOND: JSONSchema = {
    **TIME,
    "pattern": f"^{_SECOND}{_FRACTION}{_IDENTITY}{_BEGUN_DIGEST}$",
}
_ENTITY_TAG = '(?:W/)?"[!#-~]*"'
ENTITY_TAGS = rf"^{_ENTITY_TAG}(?:[ \t]*,[ \t]*{_ENTITY_TAG})*$"
IF_MATCH: JSONSchema = {
    "anyOf": [{"type": "string", "enum": ["*"]}, {"type": "string", "pattern": ENTITY_TAGS}]
}


def reference(name: str) -> JSONSchema:
    """Stands for one of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(description: str, properties: JSONSchema, required: Any = None) -> JSONSchema:
    """All of the properties are required where nothing else is said; there are no others."""
    required = list(properties if required is None else required)
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def list_of(items: JSONSchema) -> JSONSchema:
    return {"type": "array", "items": items}


def comma_separated(names: Sequence[str]) -> JSONSchema:
    """Of a parameter."""
    return {**list_of({"type": "string", "enum": list(names)}), "explode": False}
