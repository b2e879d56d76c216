"""Reads the columns that no field is read from, where a format keeps them as text."""

from collections.abc import Iterable, Sequence
from typing import Self

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.cells import FieldReader
from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.names import normal_name
from ingestion.reading.header import ORIGIN_COLUMNS, OWN_COLUMNS, REJECT_COLUMNS
from ingestion.reading.row_parser import fault_of_text
from messages_app.schema import extra_columns
from messages_app.schema.extra_columns import MAX_COLUMNS, Extra
from messages_app.schema.invisible import visible
from messages_app.schema.validation import Fault, Invalid

TOO_MANY_EXTRA = "too_many_extra_columns"


class ExtraReader:
    """Cells that have no text, or one that stands for no value, are left out, and so are those
    that a short row has not."""

    def __init__(self, places: dict[str, int], missing: Iterable[str]) -> None:
        self._places = places
        self._markers = {visible(text).casefold() for text in missing}

    @classmethod
    def for_file(
        cls, definition: FormatDefinition, header: Sequence[str], readers: Sequence[FieldReader]
    ) -> Self | None:
        """The reader of a file; None where nothing is to be kept."""
        places = kept_places(definition, header, readers)
        return cls(extra_columns.names_of(header, places), definition.missing) if places else None

    def read(self, cells: Sequence[str]) -> Extra:
        """Raises Invalid."""
        return extra_columns.kept(
            (name, self._clean(cells[place]))
            for name, place in self._places.items()
            if place < len(cells)
        )

    def faults(self, cells: Sequence[str]) -> list[Fault]:
        """What is wrong with the cells of a row, by the names of their columns."""
        wrong = [
            fault
            for name, place in self._places.items()
            if place < len(cells) and (fault := fault_of_text(name, cells[place], self._clean))
        ]
        if wrong:
            return wrong
        try:
            self.read(cells)
        except Invalid as error:
            return [Fault("extra columns", "", error.code, error.detail)]
        return []

    def _clean(self, text: str) -> str:
        text = extra_columns.clean(text)
        return "" if text.casefold() in self._markers else text


def kept_places(
    definition: FormatDefinition, header: Sequence[str], readers: Sequence[FieldReader]
) -> list[int]:
    """Where the columns are that are kept. Raises FileError when they are too many."""
    if definition.extra_columns != "keep":
        return []
    mapped = {place for one in readers for place in one.places}
    own = OWN_COLUMNS if is_own_header(header) else ()
    places = [
        place
        for place, name in enumerate(header)
        if place not in mapped and normal_name(name) not in own
    ]
    if len(places) > MAX_COLUMNS:
        raise FileError(
            TOO_MANY_EXTRA,
            f"The file has {len(places):,} columns that no field is read from, and the format"
            f" keeps them; {MAX_COLUMNS} can be kept. Choose ignore in the format, or map some.",
        )
    return places


def is_own_header(header: Sequence[str]) -> bool:
    """Whether a header has the columns that Sluice adds."""
    names = {normal_name(name) for name in header}
    return names.issuperset(REJECT_COLUMNS) or names.issuperset(ORIGIN_COLUMNS)
