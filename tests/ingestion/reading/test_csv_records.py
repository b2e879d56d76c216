"""What is read as one record, and which are told to be quoted wrongly."""

import csv

import pytest

from ingestion.reading.csv_records import CsvRecords


def read(text):
    return [(record.line, record.cells, record.misquoted) for record in CsvRecords(text, ",")]


# Text with a quote anywhere is read in another way, record by record.
QUOTED = '"a",1\n'


@pytest.mark.parametrize("before", ["", QUOTED])
@pytest.mark.parametrize("blank", ["\n", "  \n", "\r\n"])
def test_blank_lines_are_left_out_and_counted(before, blank):
    *_, last = read(before + blank + "b,2\n")
    assert last == (len(before.splitlines()) + 1, ["b", "2"], None)


@pytest.mark.parametrize("before", ["", QUOTED])
@pytest.mark.parametrize("row", [",", ",b", " ,", "a,"])
def test_two_cells_are_a_record_however_empty(before, row):
    assert read(f"{before}{row}\n")[-1][1] == row.replace(" ", "").split(",")


@pytest.mark.parametrize("before", ["", QUOTED])
def test_a_cell_may_be_as_long_as_it_likes(before):
    csv.field_size_limit(1000)  # of the whole process, which another part of it may have set
    assert read(before + "x" * 200_000)[-1][1] == ["x" * 200_000]


def test_each_of_several_records_that_are_quoted_wrongly_is_told():
    text = '"a"b,1\n"c",2\n3,"d"e\n"f"g,4\nh,5\n'
    assert [misquoted for _, _, misquoted in read(text)] == [0, None, 1, 0, None]


def test_lines_are_counted_on_behind_a_record_that_is_quoted_wrongly():
    records = CsvRecords('"a"b,1\n"c\nd",2\n"e"f,3\ng,4\n', ",")
    assert [record.line for record in records] == [0, 1, 3, 4]
    assert records.lines_read == 5
