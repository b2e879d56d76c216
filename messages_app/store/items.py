"""DynamoDB items: how a record looks in the table, and back."""

from collections.abc import Mapping

from messages_app.schema.extra_columns import EXTRA_COLUMNS, Extra
from messages_app.schema.record import AnyOrigin, Origin, QueueOrigin, Record
from messages_app.schema.schema import Schema, Values
from messages_app.schema.types import Attribute, Value, as_text
from messages_app.schema.version import version_from_text
from messages_app.store.expiring.moments import EXPIRES, expires_at

Item = dict[str, Attribute]

PARTITION_KEY = "date"
SORT_KEY = "time"
ORIGIN = "origin"
# The member of an origin that has the id of its import.
IMPORT = "import"
# Between a date and the number of a partition; see store/partitions/partitioning.py.
PARTITION_SEPARATOR = "#"


def key_item(key: tuple[str, str]) -> Item:
    """The primary key of a record."""
    return {PARTITION_KEY: {"S": key[0]}, SORT_KEY: {"S": key[1]}}


def date_of(item: Mapping[str, Attribute]) -> str:
    """The date of a record, whatever partition of the day it is in."""
    date: str = item[PARTITION_KEY]["S"].partition(PARTITION_SEPARATOR)[0]
    return date


def attribute(schema: Schema, name: str, value: Value) -> Attribute:
    """The value of a field as a DynamoDB attribute."""
    return schema.by_name[name].type.to_attribute(value)


def item_of(record: Record, schema: Schema, retention_days: int | None = None) -> Item:
    """The whole item of a record, with the moment at which it expires, if it does."""
    item = key_item(record.key)
    for field in schema.fields:
        if field.required or field.name in record.values:
            item[field.name] = field.type.to_attribute(record.values[field.name])
    if record.origin is not None:
        item[ORIGIN] = origin_attribute(record.origin)
    if record.extra:
        item[EXTRA_COLUMNS] = extra_attribute(record.extra)
    if retention_days is not None:
        item[EXPIRES] = {"N": str(expires_at(record.date, retention_days))}
    return item


def size_of(item: Mapping[str, Attribute]) -> int:
    """About how many bytes DynamoDB counts for an item: its names and its values as texts."""
    return sum(len(name.encode()) + _size(attribute) for name, attribute in item.items())


def _size(attribute: Attribute) -> int:
    [(kind, value)] = attribute.items()
    if kind == "M":
        return 3 + size_of(value)
    return len(value.encode()) if isinstance(value, str) else 1


def with_expiry(item: Item, retention_days: int | None) -> Item:
    """An item that was kept, as one that is written now: by its date, whatever partition and
    expiry it had."""
    date = date_of(item)
    item = {**item, PARTITION_KEY: {"S": date}}
    item.pop(EXPIRES, None)
    if retention_days is not None:
        item[EXPIRES] = {"N": str(expires_at(date, retention_days))}
    return item


def extra_attribute(extra: Extra) -> Attribute:
    """The ``extra_columns`` map of a record."""
    return {"M": {name: {"S": text} for name, text in extra}}


def origin_attribute(origin: AnyOrigin) -> Attribute:
    """The ``origin`` map of a record."""
    if isinstance(origin, QueueOrigin):
        return {
            "M": {
                "queue": {"S": origin.queue},
                "message": {"S": origin.message_id},
                "number": {"N": str(origin.number)},
                "sender": {"S": origin.sender},
            }
        }
    fields: Item = {IMPORT: {"S": origin.import_id}, "line": {"N": str(origin.line)}}
    if origin.version is not None:
        fields["version"] = {"S": origin.version.as_text()}
    if origin.before:
        fields["first_line"] = {"N": str(origin.first_line)}
        fields["before"] = {"S": origin.before}
    if origin.creator is not None:
        import_id, line = origin.creator
        fields["creator"] = {"M": {"import": {"S": import_id}, "line": {"N": str(line)}}}
    if origin.aside_line:
        fields["aside_line"] = {"N": str(origin.aside_line)}
    return {"M": fields}


def record_of(item: Mapping[str, Attribute], schema: Schema) -> Record:
    """The record of an item that holds every required field of the schema."""
    return Record(
        date=date_of(item),
        time=item[SORT_KEY]["S"],
        values=_values(item, schema),
        origin=_origin(item.get(ORIGIN)),
        extra=_extra(item),
    )


def texts_of(item: Mapping[str, Attribute], schema: Schema) -> dict[str, str | None]:
    """The values of an item's fields as texts, None for none; numbers as DynamoDB has them."""
    return {
        field.name: _text(item[field.name]) if field.name in item else None
        for field in schema.fields
    }


def import_of(item: Mapping[str, Attribute]) -> tuple[str, int] | None:
    """The import that a record is of, and its line there."""
    origin = item[ORIGIN]["M"] if ORIGIN in item else {}
    return (origin[IMPORT]["S"], int(origin["line"]["N"])) if IMPORT in origin else None


def _text(attribute: Attribute) -> str:
    [(kind, value)] = attribute.items()
    return as_text(value) if kind == "BOOL" else value


def has_content_of(item: Mapping[str, Attribute], record: Record, schema: Schema) -> bool:
    """As ``same_content`` of the item's record, which would take three times as long to make."""
    return record.values == _values(item, schema) and record.extra == _extra(item)


def _values(item: Mapping[str, Attribute], schema: Schema) -> Values:
    return {
        field.name: field.type.from_attribute(item[field.name])
        for field in schema.fields
        if field.required or field.name in item
    }


def _extra(item: Mapping[str, Attribute]) -> Extra:
    if EXTRA_COLUMNS not in item:
        return ()
    return tuple(sorted((name, text["S"]) for name, text in item[EXTRA_COLUMNS]["M"].items()))


def _creator(data: Attribute | None) -> tuple[str, int] | None:
    return (data["M"]["import"]["S"], int(data["M"]["line"]["N"])) if data else None


def _origin(data: Attribute | None) -> AnyOrigin | None:
    if data is None:
        return None
    fields = data["M"]
    if "queue" in fields:
        return QueueOrigin(
            queue=fields["queue"]["S"],
            message_id=fields["message"]["S"],
            number=int(fields["number"]["N"]),
            sender=fields["sender"]["S"],
        )
    return Origin(
        import_id=fields[IMPORT]["S"],
        line=int(fields["line"]["N"]),
        first_line=int(fields.get("first_line", {}).get("N", 0)),
        before=fields.get("before", {}).get("S", ""),
        version=version_from_text(fields["version"]["S"]) if "version" in fields else None,
        creator=_creator(fields.get("creator")),
        aside_line=int(fields.get("aside_line", {}).get("N", 0)),
    )
