"""Examples of bodies, made from their schemas."""

from collections.abc import Callable
from typing import Any

from common.rest.json_schema import JSONSchema

_ID = "0b0f6a52-6a7f-4d55-8f0a-6a3f5b0a4a37"
_BY_FORMAT: dict[str, Any] = {
    "uuid": _ID,
    "uri": "http://127.0.0.1:8000/api/",
    "date": "2019-05-28",
    "date-time": "2026-01-31T08:15:00.250000Z",
    "binary": "(the file)",
}
_BY_TYPE: dict[str, Any] = {"string": "…", "integer": 0, "number": 0, "boolean": True}


_CHOICES = ("allOf", "oneOf", "anyOf")


class Examples:
    """Makes values that schemas allow; ``resolve`` finds the schema that a reference stands for.

    What is sent has only what is required or, where nothing is, the last of all.
    """

    def __init__(self, resolve: Callable[[str], JSONSchema], *, is_sent: bool) -> None:
        self._resolve = resolve
        self._is_sent = is_sent

    def value(self, schema: JSONSchema) -> Any:
        if "example" in schema:
            return schema["example"]
        if "$ref" in schema:
            return self.value(self._resolve(schema["$ref"]))
        if schema.get("nullable"):
            return None
        choices = [] if "type" in schema else [schema[one] for one in _CHOICES if one in schema]
        return self.value(choices[0][0]) if choices else self._plain(schema)

    def _plain(self, schema: JSONSchema) -> Any:
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "array":
            return [self.value(schema["items"])]
        if schema.get("type") == "object":
            return {name: self.value(schema["properties"][name]) for name in self._shown(schema)}
        plain = schema.get("minimum") or _BY_TYPE.get(schema.get("type", ""), {})
        return _BY_FORMAT.get(schema.get("format", ""), plain)

    def _shown(self, schema: JSONSchema) -> list[str]:
        names = list(schema.get("properties", {}))
        return (schema.get("required") or names[-1:]) if self._is_sent else names
