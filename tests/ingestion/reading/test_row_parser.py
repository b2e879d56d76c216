"""The rows of a slice: messages, or rejects with every fault."""

from decimal import Decimal

import pytest

from ingestion.reading.header import read_layout
from ingestion.reading.row_parser import RowReader
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.schema.validation import Fault

HEADER = b"timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg"
GOOD = b"1559040909.3853335,location-03,wireless,router-1,4.39,device-1,9.09"


def read(*lines, header=HEADER, first_line=2, end=b"\n"):
    reader = RowReader(MESSAGE, read_layout(header, MESSAGE), "an-import")
    return list(reader.read(end.join(lines) + end, first_line))


def faults(line, header=HEADER):
    (row,) = read(line, header=header)
    assert row.record is None
    return [(fault.column, fault.code) for fault in row.faults]


def good(**cells):
    """A good line with some cells changed."""
    values = dict(zip(HEADER.decode().split(","), GOOD.split(b","), strict=True)) | cells
    return b",".join(values.values())


def test_a_good_row_is_a_message_with_its_origin():
    (row,) = read(GOOD, first_line=7)
    assert row.faults == []
    assert row.record.key == ("2019-05-28", "10:55:09.385333")
    assert row.record.values["local_avg"] == Decimal("4.39")
    assert row.record.origin == Origin("an-import", 7)


def test_cells_are_found_by_their_columns():
    (row,) = read(b"a note," + GOOD, header=b"note," + HEADER)
    assert row.record.values["remote_avg"] == Decimal("9.09")


def test_all_faults_of_a_row_are_told_together():
    (row,) = read(b"not_a_timestamp!,location-03,wireless,router-1,not_a_number,device-1")
    assert [(one.column, one.value, one.code) for one in row.faults] == [
        ("timestamp", "not_a_timestamp!", "not_a_timestamp"),
        ("local_avg", "not_a_number", "not_a_number"),
        ("remote_avg", "", "missing"),
    ]


def test_a_row_with_too_few_fields_names_each_that_is_missing():
    (row,) = read(GOOD.rpartition(b",device-1")[0])
    (fault,) = row.faults
    assert (fault.column, fault.code) == ("", "too_few_fields")
    assert "has 5 fields, the header has 7: remote_dest, remote_avg are missing" in fault.detail


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"1559041601,5,location-03,wireless,router-1,4,39,device-1,9,09", "too_many_fields"),
        (b"s,,,,ms,,ms", "no_record"),
        (b"Total: 1 rows,,,,,,", "no_record"),
        (b"Total,,,,8.78,,18.18", "no_record"),
        (b"-- end of report --", "no_record"),
        (b"\x1a", "end_mark"),
        (b"1559041601", "too_few_fields"),
        (b"1559041601,location-03,router-1", "too_few_fields"),
        (b"1559041601,location-03,wireless,router-1,4.39,device-1", "missing"),
        (bytes(5000), "nul"),
        (b"1559041601,a place,wireless,", "too_few_fields"),
    ],
)
def test_one_cause_is_told_once(line, code):
    (row,) = read(line)
    assert [one.code for one in row.faults] == [code]


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        (rb'"the \"old\" roof"', "source"),
        (rb'"cellar \"B\", left"', "source"),
        (b'"roof" north', "source"),
        (b'"5" rack"', "source"),
        (b'5" rack', "source"),
        (b'="007"', "source"),
        (b'="a,b"', "source"),
        (b'"roof" ', "source"),
    ],
)
def test_a_quote_that_a_strict_reader_would_refuse_is_told_and_spoils_no_other_row(cell, column):
    rows = read(GOOD, good(source=cell), GOOD, good(location=b'"a ""b"", c"'))
    assert [row.record is None for row in rows] == [False, True, False, False]
    (fault,) = rows[1].faults
    assert (fault.column, fault.code) == (column, "bad_quote")
    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_a_wrong_quote_before_a_line_break_in_quotes_takes_one_row():
    rows = read(GOOD, good(location=b'"a" b', source=b'"wire\nless"'), GOOD)
    assert [(row.line, row.record is None) for row in rows] == [(2, False), (3, True), (5, False)]


def test_a_space_before_a_quote_does_not_count():
    (row,) = read(good(location=b' "roof, north"', source=b'  "wire ""less"""'))
    assert row.record.values["location"] == "roof, north"
    assert row.record.values["source"] == 'wire "less"'


def test_invisible_characters_do_not_count():
    header = HEADER.replace(b"location", "loca\u200btion\u00a0".encode())
    cells = {
        "location": "ro\u200bo\u00adf\ufeff",
        "local_avg": "4.39\u200b",
        "timestamp": "\ufeff1559040909",
    }
    (row,) = read(good(**{name: cell.encode() for name, cell in cells.items()}), header=header)
    assert row.record.values["location"] == "roof"
    assert row.record.values["local_avg"] == Decimal("4.39")
    assert row.record.values["timestamp"] == 1559040909


@pytest.mark.parametrize("cell", ["\u200b", "\u00a0", "\u00ad", "\u200d", "\ufeff \u2060"])
def test_invisible_characters_alone_are_no_name(cell):
    assert faults(good(location=cell.encode())) == [("location", "empty")]


@pytest.mark.parametrize("cell", [b"\\N", b"NULL", b"null", b"N/A", b"n/a", b"#N/A"])
def test_a_marker_for_no_value_is_no_name(cell):
    assert faults(good(location=cell)) == [("location", "no_value")]


OTHER = b"timestamp,source,location,local_dest,remote_avg,remote_dest,local_avg"
SWAPPED = b"1559040910,wireless,roof,router-1,9.11,device-1,4.41"


def test_rows_below_a_second_header_are_read_by_it():
    rows = read(GOOD, OTHER, SWAPPED, HEADER, GOOD)
    assert [row.line for row in rows] == [2, 4, 6]
    values = rows[1].record.values
    assert (values["location"], values["source"]) == ("roof", "wireless")
    assert (values["local_avg"], values["remote_avg"]) == (Decimal("4.41"), Decimal("9.11"))
    assert rows[2].record.values["location"] == "location-03"


def test_a_reject_below_a_second_header_has_its_cells_in_the_order_of_the_first():
    rows = read(OTHER, SWAPPED.replace(b"4.41", b"many"))
    assert [one.column for one in rows[0].faults] == ["local_avg"]
    assert rows[0].cells == [
        "1559040910",
        "roof",
        "wireless",
        "router-1",
        "many",
        "device-1",
        "9.11",
    ]


def test_rows_below_a_second_header_that_lacks_a_column_are_rejected():
    rows = read(GOOD, HEADER.replace(b"remote_avg", b"other"), GOOD, HEADER, GOOD)
    assert [(row.line, row.record is None) for row in rows] == [(2, False), (4, True), (6, False)]
    (fault,) = rows[1].faults
    assert fault.code == "below_bad_header"
    assert "the header in line 3, which lacks the column remote_avg" in fault.detail


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_same_header_again_is_no_row(mark):
    assert [row.line for row in read(GOOD, mark + HEADER, GOOD)] == [2, 4]


def test_names_in_a_row_make_no_header():
    (row,) = read(good(location=b"location", source=b"source", local_dest=b"local_dest"))
    assert row.record is not None


def test_a_row_with_too_many_fields_says_how_many():
    (row,) = read(GOOD + b",more,fields")
    assert row.faults[0].code == "too_many_fields"
    assert row.faults[0].value == "more,fields"
    assert "9 fields" in row.faults[0].detail
    assert "7" in row.faults[0].detail


def test_empty_fields_at_the_end_are_not_too_many():
    (row,) = read(GOOD + b",,")
    assert row.record is not None


def test_an_empty_cell_is_a_fault():
    assert faults(good(location=b" ", local_avg=b"")) == [
        ("location", "empty"),
        ("local_avg", "empty"),
    ]


def test_a_row_of_empty_cells_is_a_reject_and_no_blank_line():
    assert len(faults(b",,,,,,")) == 7


@pytest.mark.parametrize("blank", [b"", b"   ", b"\t", b'""'])
def test_blank_lines_are_no_rows_and_count_as_lines(blank):
    rows = read(blank, GOOD, blank, blank, GOOD, blank)
    assert [row.line for row in rows] == [3, 6]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_breaks_in_quotes_keep_the_line_numbers_right(end):
    rows = read(GOOD, good(source=b'"wire\nless\r\n\r"'), GOOD, end=end)
    assert [row.line for row in rows] == [2, 3, 7]


def test_a_line_break_within_a_value_is_kept():
    (row,) = read(good(source=b'"wire\r\nless"'))
    assert row.record.values["source"] == "wire\r\nless"


def test_a_quoted_delimiter_and_a_doubled_quote_are_content():
    (row,) = read(good(source=b'"a,""b"""'))
    assert row.record.values["source"] == 'a,"b"'


def test_a_nul_byte_spoils_its_own_cell():
    rows = read(good(source=b"wire\0less"), GOOD)
    assert [(one.column, one.code) for one in rows[0].faults] == [("source", "nul")]
    assert rows[1].record is not None


def test_bytes_of_another_encoding_spoil_their_own_row_alone():
    rows = read(GOOD, good(location=b"caf\xe9"), good(location="café".encode()))
    assert [row.record is None for row in rows] == [False, True, False]
    (fault,) = rows[1].faults
    assert (fault.column, fault.code, fault.value) == ("location", "bad_encoding", "caf\\xe9")
    assert rows[1].cells[1] == "caf\\xe9"


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"])
def test_every_kind_of_broken_utf8_is_found(bad):
    assert faults(good(location=bad)) == [("location", "bad_encoding")]


def test_broken_bytes_in_a_column_that_is_not_used_do_no_harm():
    (row,) = read(GOOD + b",caf\xe9", header=HEADER + b",note")
    assert row.record is not None


def test_a_reject_with_broken_bytes_in_a_column_that_is_not_used_can_be_stored():
    (row,) = read(GOOD + b",caf\xe9", header=HEADER + b",note")
    rejected = row.rejected(Fault("", "", "key_taken", "another record has the key"))
    assert rejected.cells[-1] == "caf\\xe9"


def test_a_long_cell_is_shown_cut_off_and_kept_whole():
    (row,) = read(good(location=b"x" * 2000))
    assert row.faults[0].code == "too_long"
    assert len(row.faults[0].value) == 201
    assert row.cells[1] == "x" * 2000


def test_a_cell_of_megabytes_is_a_fault_of_its_row():
    rows = read(good(location=b"x" * 3_000_000), GOOD)
    assert [one.code for one in rows[0].faults] == ["too_long"]
    assert rows[1].record is not None


def test_the_lines_that_were_read_are_counted():
    reader = RowReader(MESSAGE, read_layout(HEADER, MESSAGE), "an-import")
    list(reader.read(GOOD + b"\r\n\n" + good(source=b'"a\nb"'), 2))
    assert reader.lines_read == 4


REJECTS_HEADER = HEADER + b",line,reason"


@pytest.mark.parametrize(
    ("escaped", "meant"),
    [
        (b"'=1+1", "=1+1"),
        (b"'@home", "@home"),
        (b"''=x", "'=x"),
        (b"plain", "plain"),
        (b"it'=x", "it'=x"),
        (b"'quoted'", "'quoted'"),
        (b"-5", "-5"),
    ],
)
def test_cells_of_a_rejects_file_are_freed_of_what_protects_spreadsheets(escaped, meant):
    (row,) = read(good(location=escaped) + b",3,why", header=REJECTS_HEADER)
    assert row.record.values["location"] == meant
    (reject,) = read(good(location=escaped, local_avg=b"x") + b",3,why", header=REJECTS_HEADER)
    assert (reject.record, reject.cells[1]) == (None, meant)


def test_cells_of_an_export_are_freed_of_what_protects_spreadsheets():
    header = b"date,time," + HEADER + b",import,line"
    (row,) = read(
        b"2019-05-28,10:55:09," + good(location=b"'=1+1") + b",an-import,7", header=header
    )
    assert row.record.values["location"] == "=1+1"


def test_cells_of_other_files_keep_their_quotes():
    (row,) = read(good(location=b"'=1+1"))
    assert row.record.values["location"] == "'=1+1"
    (reject,) = read(good(location=b"'=1+1", local_avg=b"x"))
    assert (reject.record, reject.cells[1]) == (None, "'=1+1")
