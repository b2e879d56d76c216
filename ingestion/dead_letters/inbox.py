"""Messages of other producers, as they lie in the inbox queue: a DynamoDB request as JSON, and the
message attribute ``Method`` that names its kind."""

from collections.abc import Mapping
from typing import Any

from ingestion.dead_letters.json_text import as_json, shortened

METHOD = "Method"
# What each kind must have besides.
METHODS: dict[str, tuple[str, ...]] = {
    "POST": ("Item",),
    "PUT": ("Key", "UpdateExpression"),
    "DELETE": ("Key",),
    "GET": ("Key",),
    "GET_ALL": (),
    "BATCH_WRITE": ("RequestItems",),
}


def method_of(attributes: Mapping[str, Any]) -> str:
    return str(attributes.get(METHOD, {}).get("StringValue", ""))


def with_method(attributes: Mapping[str, Any], method: str) -> dict[str, Any]:
    """The attributes of a message with another method."""
    return {**attributes, METHOD: {"DataType": "String", "StringValue": method}}


def fault_of(method: str, body: str) -> str:
    """What is wrong with a message, in a sentence; '' if nothing is."""
    if method not in METHODS:
        known = ", ".join(METHODS)
        return f"Its method is {shortened(method) or 'missing'}; it must be one of {known}."
    content = as_json(body)
    if not isinstance(content, dict):
        return "The body must be a JSON object."
    missing = [name for name in METHODS[method] if not content.get(name)]
    return f"A {method} needs {' and '.join(missing)} in its body." if missing else ""


def key_of(body: str) -> str:
    """The date and time that a message is about, as far as it tells them."""
    content = as_json(body)
    if not isinstance(content, dict):
        return ""
    about = content.get("Item") or content.get("Key")
    if not isinstance(about, dict):
        return ""
    return " ".join(filter(None, (_text(about.get(name)) for name in ("date", "time"))))


def _text(value: Any) -> str:
    """Of a string, plain or as DynamoDB writes it."""
    if isinstance(value, dict):
        value = value.get("S")
    return shortened(value) if isinstance(value, str) else ""
