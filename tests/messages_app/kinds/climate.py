"""A kind as staff make it: what sensors measure in rooms."""

from typing import Any

from django.contrib.auth.models import User

from audit.actor import Actor, Channel
from messages_app.kinds import making, registry
from messages_app.kinds.record_kind import RecordKind
from messages_app.models import Kind, KindVersion
from messages_app.schema.definition import as_json, names_fingerprint, schema_from_json

FIELDS: list[dict[str, Any]] = [
    {"name": "at", "type": "timestamp", "label": "At"},
    {"name": "sensor", "type": "text", "label": "Sensor", "rules": {"max_length": 40}},
    {"name": "temperature", "type": "number", "unit": "°C", "rules": {"min": -90, "max": 60}},
    {"name": "humidity", "type": "number", "unit": "%", "rules": {"min": 0, "max": 100}},
    {"name": "battery", "type": "integer", "unit": "%", "required": False},
]
CLIMATE: dict[str, Any] = {
    "name": "climate",
    "label": "Climate",
    "fields": FIELDS,
    "time_field": "at",
    "identity": ["sensor"],
}
DATE = "2019-05-28"
RECORD = {"at": "2019-05-28T10:00:00Z", "sensor": "device-7", "temperature": 21.5, "humidity": 40}
KEY = "10:00:00#device-7"


def somebody() -> Actor:
    user, _ = User.objects.get_or_create(username="somebody")
    return Actor(user, Channel.API)


def make(**changes: Any) -> RecordKind:
    """The kind, with its table."""
    return making.make({**CLIMATE, **changes}, somebody())


def written_down(name: str = "climate", **changes: Any) -> RecordKind:
    """The kind in SQL alone, without a table."""
    data = {**CLIMATE, "name": name, **changes}
    schema = schema_from_json(data)
    kind = Kind.objects.create(
        name=name, label=data["label"], fingerprint=names_fingerprint(schema.names)
    )
    definition = registry.as_text(as_json(schema))
    KindVersion.objects.create(kind=kind, number=1, definition=definition, created_by="somebody")
    return registry.find(name)
