"""How often each device of a kind is to be heard of, and which field names the device of a kind
without identity: set by staff. It belongs to no version of the kind."""

from collections.abc import Mapping
from typing import Any

from audit.actor import KIND_KIND, Actor
from common.digits import number_or_text
from messages_app.schema.definition import BadDefinition, whole_number
from messages_app.schema.schema import Schema
from silence import reporting
from silence.reporting import Reporting
from silence.waits import MAX_MINUTES

MINUTES, FIELD = "report_minutes", "device_field"
MEMBERS = (MINUTES, FIELD)


def checked(data: Mapping[str, Any], schema: Schema, before: Reporting) -> Reporting:
    """What is to hold: of a member that ``data`` has not, as ``before``, if the schema still allows
    it. Raises BadDefinition."""
    minutes = data.get(MINUTES, before.minutes)
    if minutes is not None:
        minutes = whole_number(MINUTES, minutes, MAX_MINUTES, ", or null")
    field = data.get(FIELD, before.device_field)
    fault = _field_fault(field, schema)
    if fault and FIELD in data:
        raise BadDefinition({FIELD: [fault]})
    return Reporting(minutes, "" if fault else field or "")


def read(minutes: str, field: str, schema: Schema) -> Reporting:
    """What was typed; nothing is learned. Raises BadDefinition."""
    number = number_or_text(minutes, MAX_MINUTES) if minutes else None
    return checked({MINUTES: number, FIELD: field}, schema, reporting.NOTHING_SET)


def keep(kind: str, setting: Reporting, actor: Actor) -> None:
    """Set it, with an entry in the audit trail where that changes anything."""
    if reporting.keep(kind, setting):
        set_to = {MINUTES: setting.minutes, FIELD: setting.device_field}
        actor.log("changed", KIND_KIND, kind, **set_to)


def choices(schema: Schema) -> list[str]:
    """The fields that can name the device."""
    return [] if schema.identity else [one.name for one in schema.texts]


def as_json(kind: str) -> dict[str, Any]:
    """As the API gives it with the kind."""
    setting = reporting.of_kind(kind)
    return {MINUTES: setting.minutes, FIELD: setting.device_field or None}


def _field_fault(field: object, schema: Schema) -> str:
    if field is None or field == "":
        return ""
    if schema.identity:
        return "must be null: the identity of the kind tells its devices apart"
    if field not in choices(schema):
        return "must be the name of a text field of the kind, or null"
    return ""
