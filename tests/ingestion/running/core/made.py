"""Imports, chunks and parts as tasks have them, without a file, AWS, or a table."""

from collections.abc import Mapping
from typing import Any

from common.meters import Units
from ingestion.models import Chunk, Import, Receipt, State
from ingestion.reading.header import Layout
from ingestion.rejects.packed import Packer
from ingestion.running.writing.rows import Part
from messages_app.store import day_index
from tests.ingestion.helpers import Tasks

BYTES, LINES = 200, 10
_LAYOUT = Layout(",", header=[], columns={}, body_start=100, body_line=2).as_json()
FUTURE = "2999-01-01"


def slices(count: int, first: int = 1, **fields: Any) -> list[Chunk]:
    """Chunks that lie one behind the other, below a header of 100 bytes; not saved."""
    return [
        Chunk(
            number=number,
            start=100 + BYTES * (number - 1),
            end=100 + BYTES * number,
            first_line=2 + LINES * (number - 1),
            lines=LINES,
            **fields,
        )
        for number in range(first, first + count)
    ]


def made(chunks: int = 1, *, state: str = State.WRITING, **fields: Any) -> Import:
    """An import that is planned."""
    known = {"bucket": "a-bucket", "key": "a.csv", "identity": "v1", "layout": _LAYOUT}
    import_ = Import.objects.create(**(known | {"is_planned": True, "state": state} | fields))
    new = slices(chunks)
    for chunk in new:
        chunk.import_record = import_
    Chunk.objects.bulk_create(new)
    return import_


def now(import_: Import) -> Import:
    return Import.objects.get(pk=import_.pk)


def end(import_: Import) -> tuple[str, str]:
    return now(import_).state, now(import_).error_code


def part(
    new_by_date: Mapping[str, int] | None = None,
    *,
    rows_left: int = 0,
    unread_bytes: int = 0,
    units: Units | None = None,
    **receipt: int,
) -> Part:
    """What became of some rows; its days are registered."""
    new_by_date = new_by_date or {}
    day_index.register(new_by_date)
    return Part(
        receipt=Receipt(read=sum(receipt.values()), **receipt),
        rejects=Packer(),
        faults=[],
        dates=new_by_date.keys(),
        new_by_date=new_by_date,
        left=[],
        rows_left=rows_left,
        unread_bytes=unread_bytes,
        units=units or Units(),
    )


class Failing(Tasks):
    """None of the imports can be planned."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def plan(self, import_id: str) -> None:
        raise self.error
