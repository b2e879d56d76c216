"""Of which devices the rows of a chunk are: those that became records, and those that could not.

What was heard is counted where the rows are, once; see ingestion/running/progress.py.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ingestion.models import Import
from ingestion.reading.header import Layout
from ingestion.reading.row_parser import ParsedRow, RowReader
from messages_app.kinds.devices import Newest, fields_of
from messages_app.schema.record import Record, identity_key
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid
from silence import files, hearing

# In one part of a chunk; more are not told apart.
_MOST_REJECTED = 500
_NOBODY = Newest((), "")


class DevicesOfRows:
    """Where ``fields`` name the device, and nothing where there are none."""

    def __init__(self, newest: Newest = _NOBODY) -> None:
        self._newest = newest
        self._schema: Schema | None = None
        self._places: list[tuple[str, tuple[int, ...], str]] = []
        self._rejected: dict[str, str] = {}

    @classmethod
    def for_import(cls, import_: Import, schema: Schema) -> "DevicesOfRows":
        """Of the good rows of an import; of a forecast nothing is heard."""
        fields = () if import_.dry_run else fields_of(import_.kind, schema)
        return cls(Newest(fields, schema.time_field))

    def find_rejected(self, import_: Import, schema: Schema, reader: RowReader) -> None:
        """Look for the devices of rejected rows too, as cells of rejects are kept."""
        fields = () if import_.dry_run else fields_of(import_.kind, schema)
        self._schema = schema
        columns = Layout.from_json(import_.layout).columns
        version = import_.format_version
        mapped = version.definition.columns if version is not None else {}
        for name in fields:
            places = (columns[name],) if name in columns else reader.places_of(name)
            constant = mapped[name].constant if name in mapped else None
            self._places.append((name, places, constant or ""))

    @property
    def are_followed(self) -> bool:
        return self._newest.are_followed

    def add(self, records: Iterable[Record | None]) -> None:
        """Those of good rows, whatever the table had already."""
        self._newest.add(one for one in records if one is not None)

    def reject(self, row: ParsedRow) -> None:
        """A row that is no record: remember what was wrong with it."""
        if not self._places or len(self._rejected) >= _MOST_REJECTED or not row.faults:
            return
        if name := self._name_in(row.cells):
            fault = row.faults[0]
            self._rejected[name] = f"{fault.column} {fault.detail}".strip()

    def taken(self) -> tuple[Mapping[str, int], Mapping[str, str]]:
        """The newest moments and the faults, by name; from then on there are none."""
        rejected, self._rejected = self._rejected, {}
        return self._newest.taken(), rejected

    def _name_in(self, cells: list[str]) -> str:
        """The device of a row, as far as its cells tell; else ''."""
        assert self._schema is not None
        values = []
        for name, places, constant in self._places:
            text = " ".join(cells[one] for one in places if one < len(cells)) or constant
            try:
                value = self._schema.by_name[name].from_text(text)
            except Invalid:
                return ""
            if value is None:
                return ""
            values.append(value)
        return identity_key(values)


def tell(import_: Import, newest: Mapping[str, int], rejected: Mapping[str, str]) -> None:
    """Have it heard, in one statement at the most. Mended rows came with the file that they are
    of."""
    source = str(import_.parent_id or import_.pk)
    hearing.note(import_.kind, newest, _arrived_at(import_), source, rejected)


def tell_file(import_: Import) -> None:
    """That a file came of the format that it is read by; a try-out is none."""
    version = import_.format_version
    if version is not None and (not import_.dry_run or import_.hold_above is not None):
        files.came(version.format_id, _arrived_at(import_))


def _arrived_at(import_: Import) -> datetime:
    """When the file was put into the bucket, which no task that runs late or again changes."""
    return import_.modified_at or import_.created_at
