"""What is wrong with a format: it contradicts itself or the kind that it belongs to."""

from ingestion.reading.encodings import declared_encoding
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.cells import is_optional, value_reader
from ingestion.reading.formats.definition import ColumnMapping, FormatDefinition, TimeForm
from ingestion.reading.formats.key_pattern import check_key_pattern
from ingestion.reading.formats.names import normal_name
from ingestion.reading.formats.values.patterns import compile_pattern
from ingestion.reading.formats.values.times import Notes
from ingestion.reading.formats.values.zones import zone_of
from messages_app.schema.schema import Field, Schema
from messages_app.schema.validation import Invalid

_ZONE = "Write a name such as Europe/Zurich or UTC, or an offset such as +01:00."


def check_contradictions(definition: FormatDefinition, schema: Schema) -> None:
    """Raise BadFormat unless files can be read by a format."""
    faults: dict[str, str] = {}
    _check_text(definition, faults)
    _check_marks(definition, faults)
    _check_header(definition, faults)
    _check_fields(definition, schema, faults)
    for field in schema.fields:
        mapping = definition.columns.get(field.name)
        if mapping is not None:
            _check_mapping(definition, field, mapping, faults)
    if faults:
        raise BadFormat(faults)


def _check_text(definition: FormatDefinition, faults: dict[str, str]) -> None:
    if definition.key_pattern:
        try:
            check_key_pattern(definition.key_pattern)
        except ValueError as error:
            faults["key_pattern"] = str(error)
    if definition.encoding:
        try:
            declared_encoding(definition.encoding)
        except FileError as error:
            faults["encoding"] = error.detail


def _check_marks(definition: FormatDefinition, faults: dict[str, str]) -> None:
    if definition.delimiter in ('"', "\r", "\n", " ") or definition.delimiter.isalnum():
        faults["delimiter"] = "cannot separate columns: use a comma, semicolon, tab or pipe"
    if definition.decimal_mark == definition.thousands_mark:
        faults["thousands_mark"] = "is the decimal mark too: one mark cannot be both"
    if definition.delimiter and len(definition.delimiter.encode()) > 1:
        faults["delimiter"] = "must be a character of ASCII, such as a semicolon"


def _check_header(definition: FormatDefinition, faults: dict[str, str]) -> None:
    names = [normal_name(name) for name in definition.header]
    doubled = sorted({name for name in names if names.count(name) > 1})
    for field, mapping in definition.columns.items():
        path = f"columns.{field}"
        if mapping.positions and names:
            faults[path] = "has a position, but the format has a header: name the column"
        if mapping.columns and not names:
            faults[path] = "names a column, but the format has no header: give its position"
        for name in mapping.columns if names else ():
            if normal_name(name) not in names:
                faults[path] = f"is read from {name}, which the header lacks"
            elif normal_name(name) in doubled:
                faults[path] = f"is read from {name}, which the header has more than once"


def _check_fields(definition: FormatDefinition, schema: Schema, faults: dict[str, str]) -> None:
    for name in definition.columns:
        if name not in schema.by_name:
            faults[f"columns.{name}"] = f"is not a field: the kind has {', '.join(schema.names)}"
    if schema.time_field not in definition.columns:
        faults[f"columns.{schema.time_field}"] = (
            "is missing: records have no time without it. Say which column it is read from"
        )
    elif definition.columns[schema.time_field].constant is not None:
        faults[f"columns.{schema.time_field}"] = (
            "is the same for every row, but it is the records' time: name a column"
        )
    for field in schema.fields:
        if field.name not in definition.columns and not is_optional(field):
            faults.setdefault(
                f"columns.{field.name}",
                "is missing: the field is required. Map a column, or give a constant",
            )


def _check_mapping(
    definition: FormatDefinition, field: Field, mapping: ColumnMapping, faults: dict[str, str]
) -> None:
    path = f"columns.{field.name}"
    before = len(faults)
    if mapping.timestamp is not None:
        if not field.type.is_moment:
            faults[f"{path}.timestamp"] = "is given, but the field holds no moments: leave it out"
        else:
            _check_time(mapping.timestamp, f"{path}.timestamp", faults)
    if mapping.factor is not None and (field.type.is_moment or not field.type.is_number):
        faults[f"{path}.factor"] = "is given, but the field holds no numbers: leave it out"
    if mapping.unit and not (field.unit and field.type.is_measure):
        faults[f"{path}.unit"] = "is given, but the field has no unit: leave it out"
    if mapping.constant is not None and len(faults) == before:
        try:
            value_reader(definition, field, mapping, Notes())(mapping.constant)
        except Invalid as error:
            faults[f"{path}.constant"] = f"the constant {error.detail}"


def _check_time(form: TimeForm, path: str, faults: dict[str, str]) -> None:
    if form.zone:
        try:
            zone_of(form.zone)
        except ValueError:
            faults[f"{path}.zone"] = f"{form.zone!r} is not a zone. {_ZONE}"
    if form.form != "pattern" and form.pattern:
        faults[f"{path}.pattern"] = f"is given, but the form is {form.form}: choose form pattern"
    if form.form == "pattern":
        _check_pattern(form, path, faults)
    elif form.form == "serial" and not form.zone:
        faults[f"{path}.zone"] = f"is missing: date numbers say no zone. {_ZONE}"
    elif form.form.startswith("epoch") and form.zone:
        faults[f"{path}.zone"] = "is given, but epoch numbers count from 1970 in UTC: leave it out"


def _check_pattern(form: TimeForm, path: str, faults: dict[str, str]) -> None:
    try:
        groups = compile_pattern(form.pattern).groupindex
    except ValueError as error:
        faults[f"{path}.pattern"] = f"{form.pattern!r} {error}"
        return
    if "z" not in groups and not form.zone:
        faults[f"{path}.zone"] = f"is missing: the pattern has no offset, %z. {_ZONE}"
    if "z" in groups and form.zone:
        faults[f"{path}.zone"] = "is given, but the pattern has the offset, %z: leave one out"
