"""What the header tells, and the files that are refused as a whole."""

import random
from dataclasses import replace

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.header import HEADER_BYTES, LaterHeader, Layout, read_layout
from messages_app.schema.builtin import MESSAGE

HEADER = b"timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg"
NAMES = HEADER.decode().split(",")
ROW = b"1559040909.3853335,location-03,wireless,router-1,4.39,device-1,9.09\n"


def layout_of(text):
    return read_layout(text, MESSAGE)


def refusal(text):
    with pytest.raises(FileError) as caught:
        layout_of(text)
    return caught.value


def test_each_field_has_its_column():
    layout = layout_of(HEADER + b"\n" + ROW)
    assert layout.delimiter == ","
    assert layout.columns == {name: index for index, name in enumerate(NAMES)}
    assert (layout.body_start, layout.body_line) == (len(HEADER) + 1, 2)
    assert (layout.above, layout.later, layout.repeats) == ([], [], 0)


def test_a_row_is_read_by_the_last_header_above_it():
    first = layout_of(b"note\n" + HEADER + b"\n" + ROW)
    later = [LaterHeader(line, [str(line)], {}) for line in (5, 8)]
    layout = replace(first, later=later)
    assert layout.header_at(3) == LaterHeader(2, first.header, first.columns)
    assert [layout.header_at(line).line for line in (5, 6, 8, 9)] == [2, 5, 5, 8]


def test_columns_may_come_in_any_order():
    names = random.Random(1).sample(NAMES, len(NAMES))
    columns = layout_of(",".join(names).encode()).columns
    assert [names[columns[name]] for name in NAMES] == NAMES


def test_case_and_spaces_of_names_do_not_count():
    header = ", ".join(name.title() for name in NAMES).encode()
    assert layout_of(header).columns["remote_avg"] == 6


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_the_names(delimiter):
    assert layout_of(delimiter.join(NAMES).encode()).delimiter == delimiter


@pytest.mark.parametrize("quote", [b"", b'"'])
@pytest.mark.parametrize("other", [b";", b"\t", b"|"])
def test_other_delimiters_within_extra_names_do_not_mislead(quote, other):
    name = other.join(b"abcdefghijkl"[at : at + 1] for at in range(12))
    for text in (quote + name + quote + b"," + HEADER, HEADER + b"," + quote + name + quote):
        layout = layout_of(text + b"\n" + ROW)
        assert layout.delimiter == ","
        assert layout.extra == [name.decode().strip()]


def test_extra_columns_are_named_and_passed_over():
    layout = layout_of(b"note," + HEADER + b",Line")
    assert layout.extra == ["note", "Line"]
    assert layout.columns["timestamp"] == 1


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    layout = layout_of(b"\xef\xbb\xbf" + HEADER + b"\n" + ROW)
    assert layout.header == NAMES
    assert layout.body_start == 3 + len(HEADER) + 1


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b"\r", b" \t\n\n", b"\xef\xbb\xbf\n"])
def test_blank_lines_before_the_header_count_as_lines_only(blank):
    layout = layout_of(blank + HEADER + b"\n" + ROW)
    lines = len(blank.decode().splitlines())
    assert (layout.body_start, layout.body_line) == (len(blank + HEADER) + 1, lines + 2)


def test_a_header_cell_with_a_line_break_takes_two_lines():
    layout = layout_of(b'"my\nnote",' + HEADER + b"\n" + ROW)
    assert layout.header[0] == "my\nnote"
    assert layout.body_line == 3


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_rows_begin_behind_the_line_end_of_the_header(end):
    text = HEADER + end + ROW
    assert text[layout_of(text).body_start :] == ROW


def test_quoted_names_are_names():
    assert layout_of(b",".join(b'"%s"' % name.encode() for name in NAMES)).header == NAMES


def test_an_extra_name_that_is_not_utf8_is_shown_escaped():
    assert layout_of(HEADER + b",caf\xe9").extra == ["caf\\xe9"]


@pytest.mark.parametrize("name", [b"caf\xe9", "größe".encode(), "温度".encode()])
def test_characters_of_several_bytes_do_not_shift_the_body(name):
    text = HEADER + b"," + name + b"\n" + ROW
    assert text[layout_of(text).body_start :] == ROW


def test_a_character_cut_at_the_end_of_the_beginning_does_no_harm():
    text = (HEADER + b"\n" + "ü".encode() * HEADER_BYTES)[:HEADER_BYTES]
    assert layout_of(text).body_line == 2


def test_a_layout_survives_json():
    layout = layout_of(b"note," + HEADER)
    assert Layout.from_json(layout.as_json()) == layout


@pytest.mark.parametrize("header", [HEADER + b",line,reason", b"Reason,LINE ," + HEADER])
def test_a_rejects_file_is_known_by_its_columns(header):
    assert layout_of(header).is_rejects_file


def test_a_file_with_a_line_column_only_is_no_rejects_file():
    assert not layout_of(HEADER + b",line").is_rejects_file


@pytest.mark.parametrize("text", [b"", b"\n\r\n", b" \t\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_a_file_of_nothing_is_empty(text):
    refused = refusal(text)
    assert refused.code == "empty_file"
    assert "header and rows" in str(refused)


@pytest.mark.parametrize(
    ("beginning", "word"),
    [
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\n  <html>", "HTML"),
        (b"\xef\xbb\xbf<?xml version", "XML"),
        (b"PK\x03\x04\x14\x00\x06\x00", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08\x00", ".csv.gz"),
        (b"\x28\xb5\x2f\xfd", ".csv.zst"),
        (b"BZh91AY", ".csv.bz2"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "binary"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_advice(beginning, word):
    refused = refusal(beginning + b" and so on")
    assert refused.code == "not_csv"
    assert word in str(refused)


@pytest.mark.parametrize("text", [ROW, b"hello\n", b"{}\n", b"a,b,c\n1,2,3\n"])
def test_a_file_without_a_header_is_told_the_header(text):
    refused = refusal(text)
    assert refused.code == "no_header"
    assert HEADER.decode() in str(refused)


def test_missing_columns_are_named():
    refused = refusal(b"timestamp,location,source,local_dest,local_avg\n")
    assert refused.code == "missing_columns"
    assert "lacks the columns remote_dest, remote_avg." in str(refused)


def test_one_missing_column_is_one():
    assert "lacks the column remote_avg." in str(refusal(HEADER.removesuffix(b",remote_avg")))


def test_doubled_columns_are_named():
    refused = refusal(HEADER + b", Location,SOURCE")
    assert refused.code == "doubled_columns"
    assert "names the columns location, source more than once." in str(refused)


def test_missing_and_doubled_columns_are_told_together():
    refused = refusal(HEADER.replace(b"source", b"location"))
    assert refused.code == "missing_columns"
    assert "lacks the column source and names the column location more than once" in str(refused)


def test_the_columns_that_a_header_has_are_named():
    refused = refusal(b"Timestamp,Site,Connection\n2026-11-23,a,b\n")
    assert "It has Timestamp, Site, Connection." in str(refused)
    refused = refusal(b"Time (UTC);Site;Connection\n2026-11-23;a;b\n")
    assert refused.code == "no_header"
    assert "is not a header" not in str(refused)
    assert "has the columns Time (UTC), Site, Connection: none of them is known" in str(refused)


@pytest.mark.parametrize("above", [b"sep=,\r\n", b"# Logger: 7\nReport,made for tests\n\n", b"a\n"])
def test_lines_above_the_header_are_passed_over_and_kept_to_be_shown(above):
    text = above + HEADER + b"\n" + ROW
    layout = layout_of(text)
    assert layout.header == NAMES
    assert text[layout.body_start :] == ROW
    assert layout.body_line == len(above.splitlines()) + 2
    assert layout.above == [line.decode() for line in above.splitlines() if line]


def test_rows_above_the_header_are_not_passed_over():
    refused = refusal(ROW + HEADER + b"\n" + ROW)
    assert refused.code == "rows_above_header"
    assert "in line 2" in str(refused)


def test_a_mark_that_is_written_twice_is_no_part_of_the_first_name():
    layout = layout_of(b"\xef\xbb\xbf" * 2 + HEADER + b"\n" + ROW)
    assert layout.header == NAMES
    assert (layout.body_start, layout.body_line) == (6 + len(HEADER) + 1, 2)


def test_a_misspelt_column_is_missing():
    assert "lacks the column local_avg." in str(refusal(HEADER.replace(b"local_avg", b"local-avg")))


def test_a_doubled_extra_column_is_no_fault():
    assert layout_of(b"note,note," + HEADER).extra == ["note", "note"]


def test_a_quote_in_the_header_that_never_closes_is_a_missing_column():
    assert (
        refusal(HEADER.replace(b"remote_avg", b'"remote_avg') + b"\n" + ROW).code
        == "missing_columns"
    )
