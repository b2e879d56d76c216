"""The condition under which DynamoDB changes or deletes a record."""

from typing import Any

from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import AnyOrigin, QueueOrigin, Record
from messages_app.schema.schema import Schema
from messages_app.schema.types import Attribute
from messages_app.store.items import ORIGIN, attribute, extra_attribute


class Condition:
    """That a record exists, and, if asked for, that its content is the same as when it was read."""

    def __init__(self, record: Record, schema: Schema, *, only_if_same: bool) -> None:
        self.names = {"#date": "date"}
        self.values: dict[str, Any] = {}
        self._terms = ["attribute_exists(#date)"]
        if only_if_same:
            for number, name in enumerate(schema.names):
                value = record.values.get(name)
                seen = None if value is None else attribute(schema, name, value)
                self._must_be(number, name, seen)
            extra = extra_attribute(record.extra) if record.extra else None
            self._must_be(len(schema.names), EXTRA_COLUMNS, extra)

    def _must_be(self, number: int, name: str, seen: Attribute | None) -> None:
        self.names[f"#c{number}"] = name
        if seen is None:
            self._terms.append(f"attribute_not_exists(#c{number})")
            return
        self.values[f":c{number}"] = seen
        self._terms.append(f"#c{number} = :c{number}")

    def must_come_from(self, origin: AnyOrigin | None) -> None:
        """That it is the very row, or the very record of a message, that was read."""
        self.names["#origin"] = ORIGIN
        if origin is None:
            self._terms.append("attribute_not_exists(#origin)")
        elif isinstance(origin, QueueOrigin):
            self.names |= {"#message": "message", "#number": "number"}
            self.values[":seen_in"] = {"S": origin.message_id}
            self.values[":seen_at"] = {"N": str(origin.number)}
            self._terms.append("#origin.#message = :seen_in AND #origin.#number = :seen_at")
        else:
            self.names |= {"#import": "import", "#line": "line"}
            self.values[":seen_in"] = {"S": origin.import_id}
            self.values[":seen_at"] = {"N": str(origin.line)}
            self._terms.append("#origin.#import = :seen_in AND #origin.#line = :seen_at")

    @property
    def expression(self) -> str:
        return " AND ".join(self._terms)

    @property
    def arguments(self) -> dict[str, Any]:
        values = {"ExpressionAttributeValues": self.values} if self.values else {}
        return {
            "ConditionExpression": self.expression,
            "ExpressionAttributeNames": self.names,
            **values,
        }
