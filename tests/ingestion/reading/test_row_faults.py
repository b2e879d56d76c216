"""One cause is told once: at which number of cells, and in which words."""

from ingestion.reading import row_faults
from ingestion.reading.header import LaterHeader, Layout, read_layout
from ingestion.reading.record_boundaries import QUOTE_NOT_CLOSED, RECORD_TOO_LONG
from ingestion.reading.row_parser import RowReader, not_utf8, unreadable
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from messages_app.schema.validation import Fault
from tests.messages_app.kinds.climate import CLIMATE, FIELDS

NAMES = [*MESSAGE.names]
GOOD = ["1559040909", "roof", "wireless", "gw-1", "4.39", "dev-1", "9"]
LAYOUT = read_layout(",".join(NAMES).encode(), MESSAGE)
NO_TIME = Fault("timestamp", "x", "not_a_timestamp", "is none")
MISSING = [Fault(name, "", "missing", "is missing") for name in NAMES]


def whole(cells, *wrong, header=NAMES, schema=MESSAGE, delimiter=","):
    found = row_faults.of_whole_row(cells, header, schema, [*wrong], delimiter)
    return found and (found.column, found.value, found.code)


def reader(layout=LAYOUT, schema=MESSAGE):
    return RowReader(schema, layout, "an-import")


def codes(row):
    return [(fault.column, fault.code) for fault in row.faults]


def test_a_line_with_few_cells_and_no_time_is_no_record():
    for filled in range(1, 8):
        cells = [*"abcdefg"[:filled], *[" "] * (7 - filled)]
        found = whole(cells, NO_TIME)
        assert found == (("", ",".join(cells), "no_record") if filled <= 3 else None)
    assert whole(["a", "", ""], Fault("timestamp", "a", "no_offset", "")) is None
    assert whole(["a", "", ""], Fault("location", "a", "not_a_timestamp", "")) is None
    assert whole(["a", "", ""], Fault("location", "", "empty", ""), NO_TIME)[2] == "no_record"
    four = schema_from_json({**CLIMATE, "fields": FIELDS[:4]})
    no_time = Fault("at", "a", "not_a_timestamp", "")
    assert whole(["a", "b", "", ""], no_time, schema=four)[2] == "no_record"
    assert whole(["a", "b", "c", ""], no_time, schema=four) is None


def test_cells_that_are_missing_are_told_together_where_the_row_has_a_time_or_few_cells():
    assert whole(GOOD[:5], *MISSING[5:]) == ("", "", "too_few_fields")
    assert whole(GOOD[:6], MISSING[6]) == ("remote_avg", "", "missing")
    for cells, told in (
        (GOOD[:6], "is missing: the row has too few fields"),
        (GOOD[:5], "the row has 5 fields, the header has 7: remote_dest, remote_avg are missing"),
    ):
        found = row_faults.of_whole_row(cells, NAMES, MESSAGE, MISSING[len(cells) :], ",")
        assert found.detail == told
    time = Fault("timestamp", "x", "no_offset", "")
    assert whole(GOOD[:3], time, *MISSING[3:]) == ("", "", "too_few_fields")
    assert whole(GOOD[:4], time, *MISSING[4:]) is None
    assert whole(GOOD, Fault("location", "", "empty", "")) is None
    four = schema_from_json({**CLIMATE, "fields": FIELDS[:4]})
    late = Fault("at", "x", "no_offset", "")
    two = [Fault(name, "", "missing", "") for name in four.names[2:]]
    assert whole(["x", "y"], late, *two, schema=four)[2] == "too_few_fields"
    (fault,) = next(reader().read(b"1559040909,roof\n", 2)).faults
    told = "the row has 2 fields, the header has 7: source, local_dest, local_avg, remote_dest,"
    assert fault.detail.startswith(told)


def test_cells_that_are_too_many_are_told_unless_they_are_empty():
    assert whole([*GOOD, "", "more"]) == ("", ",more", "too_many_fields")
    assert whole([*GOOD, "", ""]) is None
    assert whole(GOOD, header=[*NAMES, "note"]) is None
    comma, other = (
        row_faults.of_whole_row([*GOOD, "x"], NAMES, MESSAGE, [], one).detail for one in ",;"
    )
    assert comma == f"{other}, and a number with a decimal comma too"


def test_what_is_no_text_of_a_row_is_told():
    assert whole(["\0" * 3, "\0" * 4]) == ("", "", "nul")
    assert (
        "nothing but 7 NUL bytes"
        in row_faults.of_whole_row(["\0" * 3, "\0" * 4], NAMES, MESSAGE, [], ",").detail
    )
    assert whole(["", ""], MISSING[6]) is None
    assert whole([" \x1a"]) == ("", "\\x1a", "end_mark")


def test_a_quote_is_told_with_its_column_and_cell_where_there_are_such():
    for index, column, value in ((0, "a", "x"), (1, "b", ""), (2, "", "")):
        fault = row_faults.misquoted(["x"], index, ["a", "b"])
        assert (fault.column, fault.value, fault.code) == (column, value, "bad_quote")


def test_a_long_cell_is_shown_cut_off():
    assert row_faults.shown("x" * 200) == "x" * 200
    assert row_faults.shown("x" * 201) == "x" * 200 + "…"


def test_a_slice_that_cannot_be_read_is_a_reject_of_its_beginning():
    row = unreadable(QUOTE_NOT_CLOSED, 7, 5, b'a,"b\n', LAYOUT)
    assert (row.line, row.cells, codes(row)) == (5, ["a", "b"], [("", QUOTE_NOT_CLOSED)])
    assert "a quote opens in line 7 and never closes" in row.faults[0].detail
    row = unreadable(RECORD_TOO_LONG, 5, 5, b"a,caf\xe9", LAYOUT)
    assert (row.cells, row.faults[0].value) == (["a", "caf\\xe9"], "a,caf\\xe9")
    assert "longer than 1 MiB" in row.faults[0].detail


def test_cells_that_are_known_are_a_row_that_is_read_by_the_first_header():
    rows = reader(read_layout((",".join(NAMES) + ",import,line").encode(), MESSAGE))
    again = rows.of_cells([*reversed(NAMES)], 3)
    assert codes(again) == [("", "header")]
    assert rows.of_cells([*GOOD, "", ""], 3).record.values["location"] == "roof"
    assert rows.of_cells(["1559040909", "'=1", *GOOD[2:]], 3).record.values["location"] == "'=1"
    assert rows.of_cells(GOOD, 3).line == 3


def test_the_places_of_what_faults_are_about():
    rows = reader(read_layout((",".join(NAMES) + ",My Note").encode(), MESSAGE))
    assert rows.places_of("location") == (1,)
    assert rows.places_of("my note ") == (7,)
    assert rows.places_of("") == rows.places_of("other") == ()


def test_extra_columns_of_an_export_are_read_and_their_faults_are_told():
    layout = read_layout((",".join(NAMES) + ",import,line,extra_columns").encode(), MESSAGE)
    line = (",".join(GOOD) + ',i,2,"{{""a"":{}}}"\n').format
    good, wrong, text = (
        next(reader(layout).read(one.encode(), 2))
        for one in (line('""b""'), line("[1]"), line('""b""').replace('"{', '"'))
    )
    assert good.record.extra == (("a", "b"),)
    assert [column for column, _ in codes(wrong)] == ["extra_columns"]
    assert text.record is None
    plain = read_layout((",".join(NAMES) + ",extra_columns").encode(), MESSAGE)
    assert next(reader(plain).read((",".join(GOOD) + ",x\n").encode(), 2)).record.extra == ()


def test_a_row_is_read_by_the_header_that_stands_before_its_line():
    swapped = [*reversed(NAMES)]
    places = {name: place for place, name in enumerate(swapped)}
    later = [LaterHeader(5, swapped, places), LaterHeader(9, NAMES, {}, "is bad")]
    layout = Layout(",", NAMES, LAYOUT.columns, 0, 2, later=later)
    text = (",".join(GOOD[::-1]) + "\n").encode()
    for line, is_read in ((2, False), (5, False), (6, True), (9, True), (10, False)):
        row = next(RowReader(MESSAGE, layout, "an-import", line).read(text, line))
        assert (row.record is not None) == is_read
    assert next(reader(layout).read((",".join(GOOD) + "\n").encode(), 2)).record is not None
    short = next(RowReader(MESSAGE, layout, "an-import", 6).read(b"9,dev-1\n", 6))
    assert short.cells == ["", "", "", "", "", "dev-1", "9"]
    longer = next(RowReader(MESSAGE, layout, "an-import", 6).read(text[:-1] + b",more\n", 6))
    assert longer.cells == [*GOOD, "more"]


def test_an_optional_field_may_have_no_column_or_no_value():
    climate = schema_from_json(CLIMATE)
    for header, cells in ((climate.names[:4], ""), (climate.names, ","), (climate.names, ",7")):
        rows = reader(read_layout(",".join(header).encode(), climate), climate)
        (row,) = rows.read(f"2019-05-28T10:00:00Z,s,21,40{cells}\n".encode(), 2)
        assert [*row.record.values] == [*climate.names[: 5 if cells == ",7" else 4]]
        assert rows.repeated_times == 0


def test_a_reject_keeps_the_cells_of_columns_with_the_same_name():
    layout = read_layout((",".join(NAMES) + ",note,note").encode(), MESSAGE)
    (row,) = reader(layout).read(b"x,roof,wireless,gw-1,4.39,dev-1,9,a,b\n", 2)
    assert row.cells[-2:] == ["a", "b"]


def test_bytes_that_are_no_text_are_known():
    assert [not_utf8(text) for text in ("a", "é", "a\udce9", "\udc80")] == [
        False,
        False,
        True,
        True,
    ]
