"""Faults of many rows that an option of their format cures: which options do, tried on the rejects
themselves, and having these rows, and no others, read again by the format's next version."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from common.deadline import Deadline
from ingestion.formats import versions
from ingestion.formats.kinds import schema_of
from ingestion.formats.models import Format, FormatVersion
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.cells import is_optional
from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.definition import FormatDefinition, TimeForm
from ingestion.reading.formats.suggest.moments import UTC, fitting
from ingestion.rejects.mending import across, bulk
from ingestion.rejects.mending.across import RejectGroup
from ingestion.rejects.mending.checking import Checker
from ingestion.rejects.mending.editing import CannotMend, MendedReject
from messages_app.schema.schema import Field, Schema

Samples = list[tuple[Import, MendedReject]]
# Decimal and thousands mark, and how they are said.
_MARKS = (
    (",", "", "the decimal mark is a comma"),
    (",", ".", "the decimal mark is a comma, and points group thousands"),
    (".", ",", "the decimal mark is a point, and commas group thousands"),
)
_ZONES = (UTC, "Europe/London", "Europe/Zurich", "Europe/Helsinki", "America/New_York")
_MAX_FORMS = 4
_LONGEST_MARKER = 40
_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Cure:
    """``text`` says what the format's next version says; with it ``good`` of the ``looked_at``
    rejects are right. Its ``key`` follows from what it says."""

    key: str
    text: str
    definition: FormatDefinition
    good: int
    looked_at: int


def cures(group: RejectGroup, samples: Samples) -> list[Cure]:
    """What would cure these rejects of a group, the best first; none without a format. The format
    as it is by now is one, where files were read by an older version. Raises ServiceError."""
    format_ = _format(group)
    if format_ is None or not samples:
        return []
    try:
        schema = schema_of(format_.kind)
    except BadFormat:  # the kind was deleted
        return []
    found = [
        _tried(format_, text, definition, samples)
        for text, definition in _candidates(format_, schema, group, samples)
        if _is_possible(definition, schema)
    ]
    return sorted((one for one in found if one.good), key=lambda one: -one.good)


def apply(
    group: RejectGroup, key: str, user: Any, send: Callable[[str], None]
) -> tuple[FormatVersion, list[Import], int]:
    """Make a cure the format's next version, and have the rejects that it cures read again: the
    version, the imports that load them, and how many rows. Raises CannotMend, BadFormat and
    ServiceError."""
    chosen = next((one for one in cures(group, across.samples(group)) if one.key == key), None)
    if chosen is None:
        raise CannotMend(
            "no_cure", "The rejected rows or the format have changed: reload the page."
        )
    format_ = _format(group)
    if format_ is None:
        raise CannotMend("no_cure", "The format was deleted: mend the rows themselves.")
    if chosen.definition.as_json() != format_.current.options:
        versions.change(format_, format_.name, chosen.definition, schema_of(format_.kind), user)
        format_.refresh_from_db()
    version, children, rows, deadline = format_.current, [], 0, Deadline(_SECONDS)
    for import_ in group.imports:
        if deadline.passed:
            break
        try:
            child, count = bulk.read_again(import_, group.name.fault, version, user, send)
        except (CannotMend, FileError):  # it runs, or its kind is gone: its rows stay open
            continue
        rows += count
        children += [child] if child else []
    return version, children, rows


def _candidates(
    format_: Format, schema: Schema, group: RejectGroup, samples: Samples
) -> Iterator[tuple[str, FormatDefinition]]:
    now = format_.current.definition
    if any(_is_older(import_, format_) for import_, _ in samples):
        yield f"as the format now says, in version {format_.version}", now
    found = _field(now, schema, group.name.fault.column)
    if found is None:
        return
    values = _values(group, samples)
    yield from _of_times(now, found, values) if found.type.is_moment else _of_numbers(now, found)
    if is_optional(found):
        for value in [one for one in values if 0 < len(one) <= _LONGEST_MARKER][:_MAX_FORMS]:
            yield f"“{value}” stands for no value", replace(now, missing=(*now.missing, value))


def _of_numbers(now: FormatDefinition, found: Field) -> Iterator[tuple[str, FormatDefinition]]:
    for decimal, thousands, text in _MARKS if found.type.is_number else ():
        yield text, replace(now, decimal_mark=decimal, thousands_mark=thousands)


def _of_times(
    now: FormatDefinition, found: Field, values: list[str]
) -> Iterator[tuple[str, FormatDefinition]]:
    mapping = now.columns[found.name]
    for form in _forms(values, found, mapping.timestamp or TimeForm()):
        columns = {**now.columns, found.name: replace(mapping, timestamp=form)}
        yield _said(found, form), replace(now, columns=columns)


def _format(group: RejectGroup) -> Format | None:
    number = group.name.format_id
    return None if number is None else Format.objects.filter(pk=number).first()


def _forms(values: list[str], found: Field, now: TimeForm) -> Iterator[TimeForm]:
    """The forms that read all values, in the zone that the format has; in several where it has
    none and the values say none."""
    for form in fitting(values, found)[:_MAX_FORMS]:
        zones = (now.zone,) if now.zone else _ZONES
        for zone in zones if form.zone else ("",):
            if (other := replace(form, zone=zone)) != now:
                yield other


def _said(found: Field, form: TimeForm) -> str:
    how = form.pattern if form.form == "pattern" else form.form.replace("_", " in ")
    where = f", in {form.zone}" if form.zone else ""
    return f"{found.label} is written as {how}{where}"


def _values(group: RejectGroup, samples: Samples) -> list[str]:
    """The different values that are at fault, the most frequent first."""
    name = (group.name.fault.code, group.name.fault.column)
    seen = [
        fault["value"]
        for _, one in samples
        for fault in one.faults
        if (fault["code"], fault["column"]) == name
    ]
    return sorted(set(seen), key=lambda value: -seen.count(value))


def _field(definition: FormatDefinition, schema: Schema, column: str) -> Field | None:
    """The field that is read from what faults call so."""
    for found in schema.fields:
        mapping = definition.columns.get(found.name)
        if (
            mapping
            and mapping.constant is None
            and column
            in (
                " + ".join(mapping.columns),
                found.name,
            )
        ):
            return found
    return None


def _is_older(import_: Import, format_: Format) -> bool:
    version = import_.format_version
    return version is not None and version.number < format_.version


def _is_possible(definition: FormatDefinition, schema: Schema) -> bool:
    try:
        check_contradictions(definition, schema)
    except BadFormat:
        return False
    return True


def _tried(format_: Format, text: str, definition: FormatDefinition, samples: Samples) -> Cure:
    options = definition.as_json()
    version = FormatVersion(format=format_, number=0, options=options)
    good, checkers = 0, {}
    for import_, one in samples:
        if import_.pk not in checkers:
            checkers[import_.pk] = _checker(import_, version)
        checker = checkers[import_.pk]
        if checker is not None:
            good += checker.checked(one.reject, one.reject.cells).record is not None
    key = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:16]
    return Cure(key, text, definition, good, len(samples))


def _checker(import_: Import, version: FormatVersion) -> Checker | None:
    try:
        return Checker(import_, version)
    except (FileError, ValueError):  # the file has not the columns that it names
        return None
