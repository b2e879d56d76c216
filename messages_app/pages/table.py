"""Records as the rows of a table: a column for each field of the schema but the one that the key
already tells."""

from collections.abc import Iterable
from dataclasses import dataclass

from messages_app.pages.kind_pages import KindPages
from messages_app.schema.extra_columns import Extra
from messages_app.schema.record import CONFLICT_SEPARATOR, AnyOrigin, Record, moment_of
from messages_app.schema.schema import Field, Schema

# So much text stays in one line of a table.
_LONGEST_SHORT = 24
# https://html.spec.whatwg.org/multipage/text-level-semantics.html#the-time-element takes three
# digits behind the second.
_LONGEST_MACHINE_TIME = len("10:55:09.385")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    unit: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    label: str
    text: str
    unit: str
    is_number: bool

    @property
    def is_short(self) -> bool:
        return len(self.text) <= _LONGEST_SHORT


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record. ``key`` is its date and time with a blank between, ``conflict_copy`` the digest in
    its key when another record holds the plain key, and ``moment`` its time as programs read it."""

    key: str
    date: str
    time: str
    conflict_copy: str
    moment: str
    url: str
    cells: list[Cell]
    origin: AnyOrigin | None
    extra: Extra

    @property
    def second(self) -> str:
        """The beginning that all times of this second have in common."""
        return self.time.partition(".")[0]


def columns(schema: Schema) -> list[Column]:
    return [
        Column(field.name, field.label, field.unit, field.type.is_number)
        for field in schema.columns
    ]


def rows(records: Iterable[Record], here: KindPages) -> list[RecordRow]:
    return [row(record, here) for record in records]


def row(record: Record, here: KindPages) -> RecordRow:
    conflict_copy = record.time.partition(CONFLICT_SEPARATOR)[2]
    time = moment_of(record.time)
    return RecordRow(
        key=" ".join(record.key),
        date=record.date,
        time=time,
        conflict_copy=conflict_copy,
        moment=f"{record.date}T{time[:_LONGEST_MACHINE_TIME]}Z",
        url=here.record(record.key),
        cells=[cell(record, field) for field in here.schema.columns],
        origin=record.origin,
        extra=record.extra,
    )


def cell(record: Record, field: Field) -> Cell:
    text = record.text(field.name)
    return Cell(field.name, field.label, text, field.unit if text else "", field.type.is_number)
