"""The header below other lines, and what is told where there is none."""

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.trial import try_format
from ingestion.reading.header import HEADER_BYTES, is_header, read_layout
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from tests.ingestion.reading.formats import reading
from tests.messages_app.kinds.climate import CLIMATE, FIELDS

HEADER = ",".join(MESSAGE.names)
ROW = "1559040909,roof,wireless,gw-1,4.39,dev-1,9"


def layout_of(*lines):
    return read_layout("\n".join(lines).encode(), MESSAGE)


def refusal(*lines):
    with pytest.raises(FileError) as raised:
        layout_of(*lines)
    return raised.value


def test_a_header_lies_in_the_first_hundred_lines():
    assert layout_of(*["a"] * 99, HEADER, ROW).body_line == 101
    assert refusal(*["a"] * 100, HEADER, ROW).code == "no_header"


def test_a_header_lies_in_the_first_64_kibibytes():
    assert HEADER_BYTES == 65_536
    text = b" " * 65_536 + (reading.HEADER + reading.row("1559040909")).encode()
    with pytest.raises(FileError) as raised:
        try_format(text, reading.definition(), MESSAGE, is_whole=True)
    assert raised.value.code == "empty_file"


def test_of_lines_above_those_with_something_are_kept_cut_off():
    layout = layout_of(" Report ", "", "x" * 500, HEADER, ROW)
    assert layout.above == ["Report", "x" * 200]
    assert layout.body_line == 5


def test_what_may_be_a_row_above_the_header_is_named():
    refused = refusal("Report", "x,y,,,,,", HEADER)
    assert refused.code == "rows_above_header"
    assert "in line 3, below what may be rows, such as line 2." in str(refused)
    assert layout_of("Report,,,,,,,", "a,b,c,d,e,f", HEADER).body_line == 4


def test_names_of_which_none_is_known_are_told():
    named = "has the columns {}: none of them is known. Begin"
    assert named.format("a, T1") in str(refusal("a;\u200b;T1;"))
    assert "The first line is not a header. Begin" in str(refusal("a"))
    assert "The first line is not a header. Begin" in str(refusal("a,1"))
    names = [f"{chr(97 + number % 26)}{number}" for number in range(40)]
    assert named.format(", ".join(names[:30])) in str(refusal(",".join(names)))
    assert named.format(f"{'x' * 100}, b") in str(refusal(f"{'x' * 200},b"))


def test_columns_that_are_missing_are_told_beside_those_that_there_are():
    names = ["timestamp", *(f"n{number}" for number in range(40))]
    told = "It has {}."
    assert told.format(", ".join(names[:30])) in str(refusal(",".join(names[:30])))
    assert told.format(", ".join(names[:30]) + " and 1 more") in str(refusal(",".join(names[:31])))
    assert told.format(f"timestamp, {'x' * 100}") in str(refusal(f"timestamp,{'x' * 200}"))


def test_a_kept_column_is_one_of_an_export_alone():
    export = layout_of(f"{HEADER},import,line,Extra_columns")
    assert (export.extra, export.kept) == (["import", "line"], ["Extra_columns"])
    assert export.is_own_file
    other = layout_of(f"{HEADER},extra_columns")
    assert (other.extra, other.kept) == (["extra_columns"], [])
    assert layout_of(f"{HEADER},import,line").kept == []


def test_binary_content_is_looked_for_in_the_first_line_of_the_first_kibibyte():
    assert refusal("\0" + HEADER).code == "not_csv"
    assert layout_of(HEADER, "\0").body_line == 2
    assert layout_of(f"{HEADER},{'x' * (1023 - len(HEADER))}\0").body_line == 2


def test_a_row_with_more_than_half_of_the_names_and_no_time_is_a_header():
    places = {name: place for place, name in enumerate(MESSAGE.names)}
    for known in range(1, 8):
        cells = [*MESSAGE.names[:known], *"xxxxxxx"[known:]]
        assert is_header(cells, places, MESSAGE) == (known > 3)
        assert not is_header(["1559040909", *MESSAGE.names[1:]], places, MESSAGE)
    assert is_header([*MESSAGE.names], {**places, "timestamp": 7}, MESSAGE)
    climate = schema_from_json({**CLIMATE, "fields": FIELDS[:4]})
    assert not is_header([*climate.names[:2], "x", "x"], {"at": 0}, climate)
    assert is_header([*climate.names[:3], "x"], {"at": 0}, climate)
