"""Keys and pages as the ancestor's clients name them: in the path and in the query string."""

import json
import re
from typing import Any

from django.http import QueryDict

from common.digits import from_digits
from messages_app.presentation.record_json import KEY
from messages_app.schema import timestamps
from messages_app.schema.record import CONFLICT_SEPARATOR, IDENTITY_SEPARATOR
from messages_app.schema.validation import Invalid

START = "ExclusiveStartKey"
LIMIT = "Limit"
# What DynamoDB's own Limit can be.
MAX_LIMIT = 2**31 - 1
_DIGEST = re.compile(r"[0-9a-f]{6,64}", re.ASCII)


def key_of(date: str, time: object, *, has_identity: bool = False) -> tuple[str, str]:
    """Date and time as records have them; the time may have the digest of a record that stands
    beside another, and the identity of a kind that has one. Raises Invalid."""
    if time is None:
        raise Invalid("required", "the time is missing: add it to the address, ?time=10:55:09")
    text, identity = str(time), ""
    if has_identity:
        text, separator, identity = text.partition(IDENTITY_SEPARATOR)
        identity = separator + identity
    return _read("date", date), _read("time", text) + identity


def start_of(query: QueryDict) -> tuple[str, str] | None:
    """The key behind which a page begins. Raises Invalid."""
    text = query.get(START)
    if not text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or set(data) != set(KEY):
        raise Invalid("not_a_key", f"{START} must be a JSON object with date and time")
    try:
        return _read("date", data["date"]), _read("time", data["time"])
    except Invalid as error:
        raise Invalid(error.code, f"{START} is wrong: its {error.detail}") from error


def limit_of(query: QueryDict) -> int | None:
    """How many records a page has at most. Raises Invalid."""
    text = query.get(LIMIT)
    return limit_from(text) if text else None


def limit_from(text: str) -> int:
    """How many records a page has at most. Raises Invalid."""
    number = from_digits(text, MAX_LIMIT, 1)
    if number is None:
        raise Invalid("out_of_range", f"{LIMIT} must be a number from 1 to {MAX_LIMIT:,}")
    return number


def _read(name: str, data: Any) -> str:
    text = data if isinstance(data, str) else ""
    try:
        return timestamps.clean_date(text) if name == "date" else _clean_time(text)
    except Invalid as error:
        raise Invalid(error.code, f"{name} {error.detail}") from error


def _clean_time(text: str) -> str:
    plain, conflict_copy, digest = text.partition(CONFLICT_SEPARATOR)
    if conflict_copy and not _DIGEST.fullmatch(digest):
        plain = text  # refused below, like any other text that is no time
    return timestamps.clean_time(plain) + conflict_copy + digest
