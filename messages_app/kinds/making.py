"""Kinds are made, changed and deleted by staff, each time with an entry in the audit trail."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from audit.actor import KIND_KIND, Actor
from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import ServiceError
from common.retry import Backoff
from messages_app.kinds import access, registry, reporting
from messages_app.kinds.expiring import setting
from messages_app.kinds.record_kind import BUILTIN, RecordKind, table_of
from messages_app.kinds.spreading import setting as spreading
from messages_app.models import Day, ExtraKept, Kind, KindVersion, Retention, SavedView, Spread
from messages_app.schema import changes, definition
from messages_app.schema.definition import BadDefinition, names_fingerprint
from messages_app.schema.schema import Schema
from messages_app.store import day_index
from messages_app.store.expiring import retention
from messages_app.store.provision import (
    delete_table,
    has_table,
    provision_recovery,
    provision_table,
)
from silence.reporting import NOTHING_SET, Reporting
from silence.reporting import forget_kind as forget_devices
from silence.reporting import of_kind as reporting_of

log = structlog.get_logger(__name__)

# What can be set of the built-in kind too.
_OF_NO_VERSION = (setting.MEMBER, spreading.MEMBER, *reporting.MEMBERS)
# It stands in addresses and in the name of the table: no character there means anything else.
NAME_PATTERN = r"[a-z][a-z0-9-]{0,39}"
_NAME = re.compile(NAME_PATTERN)
_NAME_FAULT = (
    "must have small letters, digits and - only, begin with a letter, and have at most 40"
    " characters"
)
# Addresses beside those of kinds.
_RESERVED = (BUILTIN.name, "new", "import")
_LONGEST_TABLE = 255
# Recovery of a new table is there after a while on AWS; manage.py provision sees to it too.
_RECOVERY_SECONDS = 5


_QUICKER = "Somebody else changed this kind. Look at it again, and repeat your change."


class KindRefused(Exception):
    """What was asked for cannot be done now. The message says why and what to do instead."""


def make(data: Mapping[str, Any], actor: Actor) -> RecordKind:
    """Make a kind and its table. Raises BadDefinition, KindRefused and ServiceError."""
    name, label, schema = _checked(data)
    days = setting.checked(data.get(setting.MEMBER))
    partitions = spreading.checked(data.get(spreading.MEMBER, 1))
    reports = reporting.checked(data, schema, NOTHING_SET)
    table = table_of(name)
    if has_table(table):
        raise KindRefused(
            f"A table {table} exists already, and is not of a kind. Choose another name."
        )
    try:
        with transaction.atomic():
            kind = Kind.objects.create(
                name=name, label=label, fingerprint=names_fingerprint(schema.names)
            )
            _add_version(kind, schema, actor)
            access.make_permissions(name, label)
            spreading.keep(name, partitions)
    except IntegrityError:
        raise KindRefused(f"There is a kind {name} already. Choose another name.") from None
    try:  # not within the transaction: AWS takes seconds, and others write meanwhile
        provision(table)
    except Exception:
        kind.delete()
        access.delete_permissions(name)
        Spread.objects.filter(kind=name).delete()
        with suppress(ServiceError):
            delete_table(table)
        raise
    actor.log("created", KIND_KIND, name, version=1)
    made = RecordKind(name, label, kind.version, schema)
    setting.keep(made, days, actor)
    reporting.keep(name, reports, actor)
    return made


def provision(table: str) -> None:
    """Make a kind's table, or see that it is there. Raises ServiceError."""
    provision_table(table)
    try:
        provision_recovery(table, dynamodb_client(), Backoff(Deadline(_RECOVERY_SECONDS)))
    except ServiceError as error:
        log.warning("no recovery yet", table=table, code=error.code)


def change(before: RecordKind, data: Mapping[str, Any], actor: Actor) -> RecordKind:
    """Give a kind its next version; one that says the same stays as it is.

    What ``data`` leaves out stays. Raises BadDefinition, and KindRefused where records forbid the
    change or somebody was quicker: ``version`` in it is the one that was seen. For how long records
    are kept belongs to no version.
    """
    if data.get("version", before.version) != before.version:
        raise KindRefused(_QUICKER)
    days = setting.checked(data.get(setting.MEMBER))
    if refusal := spreading.refusal(before, data):
        raise KindRefused(refusal)
    after, reports = _next_version(before, data, actor)
    if setting.MEMBER in data:
        setting.keep(before, days, actor)
    reporting.keep(before.name, reports, actor)
    return after


def _next_version(
    before: RecordKind, data: Mapping[str, Any], actor: Actor
) -> tuple[RecordKind, Reporting]:
    """And what is to hold of its devices."""
    known = reporting_of(before.name)
    if before.is_builtin and not data.keys() - {*_OF_NO_VERSION, "version"}:
        return before, reporting.checked(data, before.schema, known)
    _refuse_builtin(before)
    _, label, schema = _checked({**before.as_json(partitions=0), **data, "name": before.name})
    reports = reporting.checked(data, schema, known)
    if (label, schema) == (before.label, before.schema):
        return before, reports
    if refused := changes.refused(before.schema, schema):
        _refuse_with_records(before, refused)
    with transaction.atomic():
        kind = Kind.objects.select_for_update().get(name=before.name)
        if kind.version != before.version:
            raise KindRefused(_QUICKER)
        kind.label, kind.version = label, kind.version + 1
        kind.fingerprint = names_fingerprint(schema.names)
        kind.save(update_fields=["label", "version", "fingerprint"])
        _add_version(kind, schema, actor)
    actor.log("changed", KIND_KIND, kind.name, version=kind.version)
    return RecordKind(kind.name, label, kind.version, schema), reports


def delete(kind: RecordKind, actor: Actor) -> None:
    """Delete a kind without records, and its table. Raises KindRefused and ServiceError."""
    _refuse_builtin(kind)
    _refuse_with_records(kind, ["Delete its records first"])
    delete_table(kind.table)
    with transaction.atomic():
        Kind.objects.filter(name=kind.name).delete()
        access.delete_permissions(kind.name)
        Day.objects.filter(kind=kind.name).delete()
        ExtraKept.objects.filter(kind=kind.name).delete()
        Retention.objects.filter(kind=kind.name).delete()
        SavedView.objects.filter(kind=kind.name).delete()
        Spread.objects.filter(kind=kind.name).delete()
    forget_devices(kind.name)
    retention.known.forget()
    actor.log("deleted", KIND_KIND, kind.name)


def is_empty(kind: RecordKind) -> bool:
    """Whether a kind has no records: a day is registered before its first one is written."""
    if not day_index.shown().filter(kind=kind.name).exists():
        return True
    return kind.repository.is_empty()


def _checked(data: Mapping[str, Any]) -> tuple[str, str, Schema]:
    """Name, label and schema. Raises BadDefinition."""
    faults: dict[str, list[str]] = {}
    name = data.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        faults["name"] = [_NAME_FAULT]
    elif name in _RESERVED:
        faults["name"] = ["is taken: choose another"]
    elif len(table_of(name)) > _LONGEST_TABLE:
        faults["name"] = ["makes the name of its table too long: choose a shorter one"]
    label = _label(name) if data.get("label", "") == "" else data["label"]
    if not isinstance(label, str) or not 0 < len(label.strip()) <= 80 or not label.isprintable():
        faults["label"] = ["must be one line of up to 80 characters"]
    try:
        schema = definition.schema_from_json(data)
    except BadDefinition as error:
        raise BadDefinition({**faults, **error.faults}) from None
    if faults:
        raise BadDefinition(faults)
    return str(name), str(label).strip(), schema


def _label(name: object) -> str:
    return str(name).replace("-", " ").capitalize()


def _add_version(kind: Kind, schema: Schema, actor: Actor) -> None:
    KindVersion.objects.create(
        kind=kind,
        number=kind.version,
        definition=registry.as_text(definition.as_json(schema)),
        created_by=actor.user.get_username(),
    )


def _refuse_builtin(kind: RecordKind) -> None:
    if kind.is_builtin:
        raise KindRefused("The built-in kind stays as it is. Make another one.")


def _refuse_with_records(kind: RecordKind, sentences: list[str]) -> None:
    if not is_empty(kind):
        raise KindRefused(f"The kind has records. {'. '.join(sentences)}.")
