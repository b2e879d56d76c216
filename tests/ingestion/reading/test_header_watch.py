"""Headers among the rows of a file are noted slice by slice."""

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.header import read_layout
from ingestion.reading.header_watch import with_headers_of
from ingestion.reading.record_boundaries import QUOTE_NOT_CLOSED, Slice
from messages_app.schema.builtin import MESSAGE

HEADER = ",".join(MESSAGE.names)
SWAPPED = ",".join(reversed(MESSAGE.names))
ROW = "1559040909,roof,wireless,gw-1,4.39,dev-1,9"
LAYOUT = read_layout(HEADER.encode(), MESSAGE)


def piece(*lines, first_line=2, fault=""):
    text = "".join(f"{line}\n" for line in lines).encode()
    return Slice(0, len(text), first_line, len(lines), text, fault, 0)


def watched(*lines, layout=LAYOUT, **options):
    return with_headers_of(piece(*lines, **options), layout, MESSAGE)


def test_a_header_with_other_columns_is_noted_with_its_line():
    layout = watched(ROW, SWAPPED, ROW, HEADER, first_line=10)
    assert [(one.line, one.header) for one in layout.later] == [
        (11, SWAPPED.split(",")),
        (13, HEADER.split(",")),
    ]
    assert layout.later[0].columns["remote_avg"] == 0
    assert layout.repeats == 0


def test_the_same_header_again_is_counted():
    layout = watched(HEADER, ROW, HEADER, SWAPPED, SWAPPED)
    assert (layout.repeats, len(layout.later)) == (3, 1)
    further = watched(SWAPPED, ROW, layout=layout, first_line=50)
    assert (further.repeats, len(further.later)) == (4, 1)


def test_rows_are_no_headers_nor_is_what_cannot_be_read():
    assert watched(ROW, "location,location,x,x,x,x,x") == LAYOUT
    assert watched(SWAPPED, fault=QUOTE_NOT_CLOSED) == LAYOUT
    assert watched(f'"a"b,{SWAPPED}') == LAYOUT


def test_names_are_found_whatever_their_case_and_what_nobody_sees_in_them():
    for header in (SWAPPED.upper(), SWAPPED.replace("o", "o\u200b"), f"é{SWAPPED},x"):
        assert len(watched(header).later) == 1
    assert len(watched("\u200b".join(SWAPPED)).later) == 1
    assert watched("größe,länge") == LAYOUT


def test_a_header_that_changes_too_often_ends_the_import():
    lines = [SWAPPED, HEADER] * 50
    layout = watched(*lines)
    assert len(layout.later) == 100
    with pytest.raises(FileError) as raised:
        watched(*lines, SWAPPED)
    assert raised.value.code == "too_many_headers"
    assert "more than 100 headers with changing columns, the last in line 102." in str(raised.value)
