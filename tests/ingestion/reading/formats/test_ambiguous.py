"""What a file leaves unsaid that no format was made for, and which of its lines may be a header."""

import pytest

from ingestion.reading.formats.ambiguous import (
    ambiguity_of,
    candidate_headers,
    layout_by_names,
    other_units_of,
)
from ingestion.reading.header import read_layout
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.helpers import HEADER, line

WITHOUT_ZONE = line(0).replace("1559040000", "2019-05-28 10:40:00")
MILLISECONDS = line(0).replace("1559040000", "1559040000385")
COMMA = line(0, avg='"4,39"')
TOTAL = "total,,,,,,\n"
END = "\x1a\n"
NULS = "\0\0\0\n"


def ambiguity(rows, *, is_whole=True, header=HEADER):
    text = (header + rows).encode()
    return ambiguity_of(text, read_layout(text, MESSAGE), MESSAGE, is_whole=is_whole)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (WITHOUT_ZONE, "no_offset"),
        (MILLISECONDS, "not_seconds"),
        (COMMA, "decimal_comma"),
        (WITHOUT_ZONE + COMMA, "no_offset"),
        (COMMA + WITHOUT_ZONE, "decimal_comma"),
        (TOTAL + COMMA + END + NULS, "decimal_comma"),
    ],
)
def test_what_one_answer_puts_right_for_all_rows_is_ambiguous(rows, code):
    assert ambiguity(rows)[0] == code


@pytest.mark.parametrize(
    "rows",
    [
        "",
        TOTAL,
        WITHOUT_ZONE + line(0),
        WITHOUT_ZONE + line(0, avg="abc"),
        line(0, avg="abc"),
    ],
)
def test_nothing_is_ambiguous_where_a_row_can_be_read_or_is_wrong_by_itself(rows):
    assert ambiguity(rows) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_last_row_that_may_be_cut_off_is_not_looked_at(end):
    header = "location,source,local_dest,local_avg,remote_dest,remote_avg,timestamp\n"
    rows = f"a,b,c,1,d,2,2019-05-28 10:40:00\na,b,c,1,d,2,28.05.2019{end}a,b,c,1,d,2,1559040000"
    assert ambiguity(rows, header=header) is None
    rows = rows.replace("28.05.2019", "2019-05-28 10:40:01")
    assert ambiguity(rows, header=header, is_whole=False)[0] == "no_offset"
    assert ambiguity(rows, header=header) is None


def test_a_row_below_the_header_says_other_units():
    for rows, code in (("s,,,,s,,ms\n", "other_unit"), ("s,,,,ms,,ms\n", None), ("", None)):
        text = (HEADER + rows).encode()
        found = other_units_of(text, read_layout(text, MESSAGE), MESSAGE)
        assert (found[0] if found else None) == code


def test_a_header_of_the_fields_labels_is_found_below_other_lines():
    names = "Timestamp (s);Location;Note;Source;Local dest;LOCAL AVG;Remote dest;Remote avg\r\n"
    above = "\ufeffReport\r\n \r\nMade by: us\r\n"
    layout = layout_by_names(f"{above}{names}1;2".encode(), MESSAGE)
    assert (layout.delimiter, layout.body_line) == (";", 5)
    assert layout.body_start == len((above + names).encode())
    assert layout.columns == dict(zip(MESSAGE.names, (0, 1, 3, 4, 5, 6, 7), strict=True))
    assert (layout.extra, layout.above) == (["Note"], ["Report", "Made by: us"])
    assert layout.header == names.strip().split(";")


def test_names_of_some_fields_are_no_layout():
    assert layout_by_names(b"Timestamp (s);Location\n1;2\n", MESSAGE) is None


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("\ufeffa;b\n", [["a", "b"]]),
        ("a;b,c;d\n", [["a", "b,c", "d"], ["a;b", "c;d"]]),
        ("prose\n\n;;\na,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,line ,b,reason\n", [["a", "b"]]),
        ("a,line\n", [["a", "line"]]),
        ("line,reason\n", [["line", "reason"]]),
        ("x\n" * 99 + "a,b\n", [["a", "b"]]),
        ("x\n" * 100 + "a,b\n", []),
    ],
)
def test_the_first_lines_may_be_headers_the_widest_reading_first(text, headers):
    assert candidate_headers(text.encode()) == headers
