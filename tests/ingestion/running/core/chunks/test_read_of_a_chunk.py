"""Which rows of a chunk a task reads, and what it tells of those that it does not take."""

from dataclasses import replace

import pytest

from common.deadline import Deadline
from ingestion.reading.file_error import FileError
from ingestion.reading.header import Layout
from ingestion.rejects.mending.models import Mend
from ingestion.rejects.packed import unpack
from ingestion.running.write import read_rows
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.helpers import HEADER, line, lines, put
from tests.ingestion.running.core.made import made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

NAMES = HEADER.strip().split(",")
PLACES = {name: place for place, name in enumerate(NAMES)}
NOTHING: dict[str, bool] = {}
WHOLE = {"is_whole": True}
LAYOUT = Layout(",", NAMES, PLACES, len(HEADER), 2).as_json()


def read_of(text, schema=MESSAGE, *, options=NOTHING, **fields):
    """The rows of an import's only chunk, which has this text."""
    stored = put(HEADER + text, key="a.csv")
    known = {"bucket": stored.bucket, "version_id": stored.version_id, "etag": stored.etag}
    import_ = made(bytes_total=stored.size, **known, layout=LAYOUT)
    count = text.count("\n")
    import_.chunks.update(start=len(HEADER), end=stored.size, lines=count, **fields)
    return read_rows(import_, import_.chunks.get(), schema, Deadline(30), **options)


@pytest.mark.parametrize(("options", "expected"), [(NOTHING, [3, 5]), (WHOLE, [2, 3, 4, 5])])
def test_rows_that_were_told_before_are_read_where_all_are_wanted(options, expected):
    told = {"parts_kept": 1, "left_lines": [[3, 3], [5, 5]]}
    rows = read_of(lines(4), options=options, **told)
    assert [row.line for row in rows.good] == expected


@pytest.mark.parametrize(("options", "count", "unread_bytes"), [(NOTHING, 2, 6), (WHOLE, 5, 0)])
def test_at_the_limit_of_rejects_no_more_is_read_unless_all_is_wanted(
    settings, options, count, unread_bytes
):
    settings.MAX_REJECTS = 2
    rows = read_of("x\n" * 5, options=options)
    assert (rows.count, rows.unread_bytes) == (count, unread_bytes)


def test_of_a_chunk_that_is_no_row_its_text_is_told():
    rows = read_of("a,b\n", fault="record_too_long", fault_line=2)
    [row] = unpack(rows.rejects.pack())
    assert (row.line, row.cells, row.faults[0].code) == (2, ["a", "b"], "record_too_long")


def test_a_text_that_was_kept_and_is_gone_is_told():
    with pytest.raises(FileError) as raised:
        read_of(lines(1), staged_key="gone")
    assert raised.value.code == "object_gone"


def test_the_rows_of_a_child_are_those_that_were_mended():
    child = made(identity="mended-1", layout=LAYOUT)
    parent = made(0)
    for number in (2, 99):
        cells = line(number).strip().split(",")
        Mend.objects.create(
            import_record=parent, line=number, state="loading", child=child, cells=cells
        )
    rows = read_rows(child, child.chunks.get(), MESSAGE, Deadline(30))
    assert [row.line for row in rows.good] == [2]


def test_the_devices_of_rows_that_are_no_records_are_told():
    rows = read_of(line(0, avg="x"), replace(MESSAGE, identity=("location",)))
    assert list(rows.part().wrong) == ["location-03"]
