"""Rejects as they lie in the bucket: where a page begins and ends, and parts of a chunk."""

import csv
import io

import pytest

from common.aws import s3
from ingestion.models import Import
from ingestion.reading.header import Layout
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store
from ingestion.rejects.packed import Packer
from messages_app.schema.validation import Fault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def import_(settings):
    layout = Layout(",", ["a", " Line ", "b", "reason"], {}, 0, 1).as_json()
    return Import.objects.create(bucket=settings.DATA_BUCKET, key="a.csv", layout=layout)


def packer(*lines, cell="x"):
    packed = Packer()
    for line in lines:
        packed.add(ParsedRow(line, [cell, "7"], None, [Fault("a", cell, "bad", "is bad")]))
    return packed


def add_chunk(import_, number, first_line, *lines, cell="x"):
    """A chunk of ten lines, of which these are rejects."""
    chunk = import_.chunks.create(
        number=number, start=0, end=0, first_line=first_line, lines=10, rejected=len(lines)
    )
    if lines:
        store.store(import_.bucket, chunk, packer(*lines, cell=cell))
    return chunk


def lines(rows):
    return [row.line for row in rows]


def page(import_, after, size):
    rows, last = store.page(import_, after, size)
    return lines(rows), last


def test_rejects_are_read_from_the_first_line_on_or_behind_another(import_):
    add_chunk(import_, 1, 1, 1, 5, 10)
    add_chunk(import_, 2, 11)
    third = add_chunk(import_, 3, 21, 21)
    assert lines(store.stored(import_)) == [1, 5, 10, 21]
    assert lines(store.of_chunk(import_, third)) == [21]
    assert lines(store.of_chunk(import_, import_.chunks.get(number=1))) == [1, 5, 10]
    for after, left in ((1, [5, 10, 21]), (9, [10, 21]), (10, [21]), (20, [21]), (21, [])):
        assert lines(store.stored(import_, after)) == left
    assert [row[2] for row in csv.reader(store.csv_lines(import_))] == [
        "line",
        "1",
        "5",
        "10",
        "21",
    ]
    assert len([*store.csv_lines(import_, 5)]) == 3


def test_a_page_has_so_many_rows_and_tells_where_the_next_begins(import_):
    add_chunk(import_, 1, 1, *range(1, 6))
    assert page(import_, 0, 2) == ([1, 2], 2)
    assert page(import_, 2, 2) == ([3, 4], 4)
    assert page(import_, 4, 2) == ([5], None)
    assert page(import_, 0, 5) == ([1, 2, 3, 4, 5], None)
    assert page(import_, 0, 1) == ([1], 1)
    assert page(import_, 5, 2) == ([], None)


def test_a_page_ends_behind_the_row_with_which_it_has_more_than_two_million_characters(import_):
    # Each row has another cell of one character, and three for each cell.
    add_chunk(import_, 1, 1, 1, 2, 3, cell="y" * (1_000_000 - 7))
    assert page(import_, 0, 100) == ([1, 2, 3], None)
    add_chunk(import_, 2, 11, 11, 12, 13, cell="y" * (1_000_000 - 6))
    assert page(import_, 10, 100) == ([11, 12], 12)
    assert page(import_, 2, 100) == ([3, 11], 11)


def test_the_file_has_the_columns_of_the_original_alone(import_):
    add_chunk(import_, 1, 1, 3)
    text = "".join(store.csv_lines(import_)).removeprefix("\ufeff")
    assert [*csv.reader(io.StringIO(text))] == [
        ["a", "b", "line", "reason"],
        ["x", "", "3", "a is bad"],
    ]


def test_parts_of_a_chunk_do_not_take_the_place_of_one_another(import_):
    chunk = add_chunk(import_, 1, 1)
    chunk.rejected = 4
    names = [
        store.store(import_.bucket, chunk, packer(*part), is_part=True) for part in ((5, 2), (3, 1))
    ]
    assert len({*names}) == 2
    assert all(len(name) == 21 and name.startswith("-") for name in names)
    assert store.store(import_.bucket, chunk, packer(5, 2), is_part=True) == names[0]
    assert store.store(import_.bucket, chunk, packer(9)) == ""
    assert lines(store.of_chunk(import_, chunk)) == [9]
    chunk.reject_parts = [*names, "-gone"]
    assert lines(store.of_chunk(import_, chunk)) == [1, 2, 3, 5]
    assert lines(store.of_chunk(import_, chunk, 2)) == [3, 5]


def test_a_chunk_without_rejects_is_not_asked_for(import_):
    chunk = add_chunk(import_, 1, 1, 3)
    chunk.rejected = 0
    assert lines(store.of_chunk(import_, chunk)) == []
    chunk.rejected = 1
    key = f"_sluice/imports/{import_.pk}/rejects/00000001"
    assert s3.read(import_.bucket, f"{key}.zst")
    s3.delete_all(import_.bucket, key, 1)
    assert lines(store.of_chunk(import_, chunk)) == []
