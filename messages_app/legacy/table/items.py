"""Items that the ancestor stored, read as records.

They have the same keys. They have no ``timestamp``, and a change through the ancestor's API could
make a number a string, or leave an attribute out.
"""

from decimal import Decimal

from rest_framework.exceptions import ValidationError

from messages_app.legacy.api.error_responses import sentence_of
from messages_app.legacy.api.items import ItemSerializer
from messages_app.legacy.queue.attribute_values import plain_item
from messages_app.presentation.record_json import KEY
from messages_app.schema import timestamps
from messages_app.schema.record import Record, moment_of
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid
from messages_app.store.items import PARTITION_KEY, SORT_KEY, Item, date_of, item_of, record_of


class ItemReader:
    """Reads the items of one table."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._serializer = ItemSerializer(schema)

    def record(self, item: Item) -> Record:
        """The record of an item, under the key that the item has. Raises Invalid with a sentence
        when it cannot be one."""
        try:
            record = record_of(item, self._schema)
        except KeyError:  # an attribute is missing, or of another type
            return self._completed(item)
        moment = record.values[self._schema.time_field]
        if timestamps.key_of_seconds(Decimal(moment)) != (record.date, moment_of(record.time)):
            raise Invalid("key", f"{self._schema.time_field} does not agree with its key")
        return record

    def missing(self, item: Item) -> Item:
        """The attributes that make an item a whole record, nothing when it is one. Raises
        Invalid."""
        whole = item_of(self.record(item), self._schema)
        return {
            name: attribute
            for name, attribute in whole.items()
            if name not in item or set(item[name]) != set(attribute)
        }

    def _completed(self, item: Item) -> Record:
        known = {*KEY, *self._schema.names}
        fields = {name: attribute for name, attribute in item.items() if name in known}
        try:
            record = self._serializer.read_new(plain_item(fields, left_alone=frozenset()))
        except ValidationError as error:
            raise Invalid("invalid", sentence_of(error) or "it is not valid") from error
        if record.key != (date_of(item), item[SORT_KEY]["S"]):
            raise Invalid("key", f"its time is written {record.time} elsewhere")
        return record


def key_of(item: Item) -> tuple[str, str]:
    """The primary key of an item."""
    return item[PARTITION_KEY]["S"], item[SORT_KEY]["S"]
