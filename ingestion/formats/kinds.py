"""The kinds of record that formats are for."""

from common.errors import NotFound
from ingestion.reading.formats.bad_format import BadFormat
from messages_app.kinds import registry
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema


def kind_of(name: str) -> RecordKind:
    """The kind of that name. Raises BadFormat when there is none."""
    try:
        return registry.find(name)
    except NotFound:
        raise BadFormat({"kind": f"There is no kind named {name[:63]!r}."}) from None


def schema_of(name: str) -> Schema:
    """Its schema. Raises BadFormat when there is none."""
    return kind_of(name).schema
