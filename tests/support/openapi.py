"""The OpenAPI document, and what it says of values."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import simplejson
from drf_spectacular.generators import SchemaGenerator
from jsonschema_rs import Draft4Validator

Operation = dict[str, Any]


def document() -> dict[str, Any]:
    """As clients get it."""
    generated = SchemaGenerator().get_schema(public=True)
    return dict(simplejson.loads(simplejson.dumps(generated)))


def operations(import_: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Path, method and operation of each."""
    for path, methods in import_["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def resolved(import_: dict[str, Any], node: Any) -> Any:
    """The component that a reference stands for; anything else is itself."""
    if "$ref" not in node:
        return node
    for name in node["$ref"].removeprefix("#/").split("/"):
        import_ = import_[name]
    return import_


def is_valid(import_: dict[str, Any], schema: Any, value: Any) -> bool:
    """Whether a value is what a schema of the document says."""
    whole = {"allOf": [schema], "components": import_["components"]}
    return _validator(simplejson.dumps(whole)).is_valid(value)


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft4Validator:
    """To make one takes far longer than to use it."""
    return Draft4Validator(_as_json_schema(simplejson.loads(schema)), validate_formats=True)


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's schemas are those of draft 4 with ``nullable``."""
    if isinstance(node, list):
        return [_as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _as_json_schema(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") is True else schema
