"""Reads the rows of a file as its format says. What is not of the format is done as for others;
see ingestion/reading/row_parser.py."""

from collections.abc import Iterator

from common.csv_output import unescape
from ingestion.reading.csv_records import CsvRecord
from ingestion.reading.formats.cells import FieldReader, field_readers
from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.names import normal_name
from ingestion.reading.formats.values.extra_reader import ExtraReader
from ingestion.reading.formats.values.times import Notes
from ingestion.reading.header import LaterHeader, Layout
from ingestion.reading.row_parser import ParsedRow, RowReader, fault_of_text, not_utf8
from messages_app.schema.extra_columns import Extra
from messages_app.schema.record import Origin, build_record
from messages_app.schema.schema import Schema, Values
from messages_app.schema.validation import Fault, Invalid
from messages_app.schema.version import ObjectVersion


class FormatRowReader(RowReader):
    """Reads rows by a format. ``notes`` counts what is to be told of them."""

    def __init__(
        self,
        schema: Schema,
        layout: Layout,
        import_id: str,
        definition: FormatDefinition,
        first_line: int | None = None,
        version: ObjectVersion | None = None,
    ) -> None:
        self.notes = Notes()
        self._definition = definition
        self._names = [normal_name(name) for name in layout.header]
        self._readers: list[FieldReader] = field_readers(
            definition, schema, layout.header, self.notes
        )
        self._constants: Values = {
            one.name: value
            for one in self._readers
            if not one.places and (value := one.value(one.text([]))) is not None
        }
        self._kept = ExtraReader.for_file(definition, layout.header, self._readers)
        self._of_cells = [one for one in self._readers if one.places]
        super().__init__(schema, layout, import_id, first_line, version)

    def places_of(self, column: str) -> tuple[int, ...]:
        for one in self._of_cells:
            if column in (one.label, one.name):
                return one.places
        return super().places_of(column)

    def _use(self, header: LaterHeader) -> None:
        self._header = header

    def _row(self, record: CsvRecord, line: int) -> ParsedRow | None:
        cells = record.cells
        if record.misquoted is not None:
            return self._wrong(record, line)
        if self._is_escaped:
            cells = [unescape(cell) for cell in cells]
        values = dict(self._constants)
        counted = self.notes.repeated_times
        try:
            for name, _, _, text, read in self._of_cells:
                value = read(text(cells))
                if value is not None:
                    values[name] = value
            extra = self._kept.read(cells) if self._kept else ()
        except (Invalid, IndexError):
            self.notes.repeated_times = counted
            return self._wrong(record, line)
        if len(cells) > len(self._header.header) and self._surplus(cells):
            return self._wrong(record, line)
        if self._is_spoiled and any(map(not_utf8, self._texts(values, extra))):
            return self._wrong(record, line)
        self.repeated_times = self.notes.repeated_times
        origin = Origin(self._import_id, line, version=self._version)
        built = build_record(self._schema, values, origin, extra)
        return ParsedRow(line, cells, built, [])

    def _wrong(self, record: CsvRecord, line: int) -> ParsedRow | None:
        if record.misquoted is None and self._is_header(record.cells):
            return None
        counted = self.notes.repeated_times
        row = super()._wrong_row(record, line)
        self.notes.repeated_times = counted
        return row

    def _is_header(self, cells: list[str]) -> bool:
        """Whether the header stands among the rows again, as where files were put together."""
        return bool(self._definition.header) and [normal_name(one) for one in cells] == self._names

    def _cell_faults(self, cells: list[str]) -> list[Fault]:
        wrong = [fault for one in self._of_cells if (fault := self._fault(one, cells))]
        return wrong + (self._kept.faults(cells) if self._kept else [])

    def _texts(self, values: Values, extra: Extra) -> Iterator[str]:
        yield from map(str, values.values())
        for _, text in extra:
            yield text

    def _fault(self, reader: FieldReader, cells: list[str]) -> Fault | None:
        try:
            cell = reader.text(cells)
        except IndexError:
            cell = None
        return fault_of_text(reader.name, cell, reader.value)

    def _faults(self, record: CsvRecord, cells: list[str]) -> list[Fault]:
        """The same, of the columns as the file names them."""
        labels = {one.name: one.label for one in self._readers}
        return [
            Fault(labels.get(one.column, one.column), one.value, one.code, one.detail)
            for one in super()._faults(record, cells)
        ]
