"""Files that are read by a format: what each of its options does."""

from decimal import Decimal

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.layout import read_format_layout
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.reading.formats.reading import (
    COLUMNS,
    HEADER,
    definition,
    read,
    reader_of,
    row,
    time,
)

GOOD = row("2019-05-28T10:55:09Z")


def moment(when, **options):
    """The UTC time of a row, or the code of its fault."""
    (parsed,) = read(HEADER + row(when), definition(**options))
    return parsed.record.time if parsed.record else parsed.faults[0].code


@pytest.mark.parametrize(
    ("when", "options", "key"),
    [
        ("2019-05-28T10:55:09Z", {}, "10:55:09"),
        ("2019-05-28 10:55:09.25", time("iso", zone="Europe/Zurich"), "08:55:09.250000"),
        ("2019-05-28 10:55:09+00:00", time("iso", zone="Europe/Zurich"), "10:55:09"),
        ("20190528T105509", time("iso", zone="UTC"), "10:55:09"),
        ("2019-05-28 10:55", time("iso", zone="+05:30"), "05:25:00"),
        ("28.05.2019 10:55", time("pattern", "%d.%m.%Y %H:%M", "Europe/Zurich"), "08:55:00"),
        ("28.5.2019 8:5", time("pattern", "%d.%m.%Y %H:%M", "UTC"), "08:05:00"),
        ("5/28/19 1:05:09 PM", time("pattern", "%m/%d/%y %I:%M:%S %p", "UTC"), "13:05:09"),
        ("12:30 AM 28-May-2019", time("pattern", "%I:%M %p %d-%b-%Y", "UTC"), "00:30:00"),
        ("20190528105509", time("pattern", "%Y%m%d%H%M%S", "UTC"), "10:55:09"),
        ("2019-05-28", time("pattern", "%Y-%m-%d", "UTC"), "00:00:00"),
        ("28.05.2019 10:55 +0200", time("pattern", "%d.%m.%Y %H:%M %z"), "08:55:00"),
        ("1559040909385", time("epoch_ms"), "10:55:09.385000"),
        ("1559040909385333", time("epoch_us"), "10:55:09.385333"),
        ("1559040909385333123", time("epoch_ns"), "10:55:09.385333"),
        ("1559040909,5", time("epoch_s"), "10:55:09.500000"),
        ("43613.45496", time("serial", zone="UTC"), "10:55:08.544000"),
        ("43613.4549652778", time("serial", zone="Europe/Zurich"), "08:55:09"),
        ("1559040909", time("epoch_ms"), "implausible"),
        ("28/05/2019", time("pattern", "%d.%m.%Y", "UTC"), "not_a_timestamp"),
        ("31.02.2019", time("pattern", "%d.%m.%Y", "UTC"), "not_a_timestamp"),
        ("", time("pattern", "%d.%m.%Y", "UTC"), "empty"),
        ("2019-03-31 02:30", time("iso", zone="Europe/Zurich"), "skipped_time"),
    ],
)
def test_times_are_read_as_the_format_says(when, options, key):
    assert moment(when, columns=options) == key


def test_an_hour_that_clocks_show_twice_is_the_first_and_counted():
    columns = time("iso", zone="Europe/Zurich")
    text = HEADER + row("2019-10-27 02:30:00") + row("2019-10-27 02:30:01", "x") + GOOD
    reader, rows = reader_of(text, definition(columns=columns))
    assert rows[0].record.key == ("2019-10-27", "00:30:00")
    assert rows[1].record is None
    assert reader.notes.repeated_times == 1


@pytest.mark.parametrize(
    ("cell", "options", "value"),
    [
        ("4,39", {"decimal_mark": ","}, "4.39"),
        ("1.004,39", {"decimal_mark": ",", "thousands_mark": "."}, "1004.39"),
        ("1 009,09", {"decimal_mark": ","}, "1009.09"),
        ("1\N{NO-BREAK SPACE}009,09", {"decimal_mark": ","}, "1009.09"),
        ("1,234,567.5", {"thousands_mark": ","}, "1234567.5"),
        ("1'234.5", {"thousands_mark": ","}, "1234.5"),
        ("1'234.5", {}, "1234.5"),
        ("1 234.5", {}, "1234.5"),
        ("1234.50", {}, "1234.5"),
        ("1,234.5", {}, "decimal_comma"),
        ("4.39", {"decimal_mark": ","}, "decimal_point"),
        ("4,39", {"thousands_mark": ","}, "misplaced_mark"),
        ("4,39", {"missing": ["-"]}, "decimal_comma"),
        ("1.00,5", {"decimal_mark": ",", "thousands_mark": "."}, "misplaced_mark"),
        ("NaN", {"missing": ["nan"]}, "no_value"),
        ("abc", {"decimal_mark": ","}, "not_a_number"),
        ("", {"decimal_mark": ","}, "empty"),
    ],
)
def test_numbers_are_read_as_the_format_says(cell, options, value):
    (parsed,) = read(HEADER + row("1559040909", cell), definition(**options))
    if parsed.record is None:
        assert parsed.faults[0].code == value
    else:
        assert parsed.record.values["local_avg"] == Decimal(value)


def test_a_factor_is_exact():
    columns = {"local_avg": {"column": "Local", "factor": 0.001}}
    (parsed,) = read(HEADER + row("1559040909", "4390.5"), definition(columns=columns))
    assert parsed.record.values["local_avg"] == Decimal("4.3905")


def test_columns_are_joined_and_constants_stand_in_every_row():
    text = "Day;At;Router;Local;Device;Remote\n28.05.2019;10:55:09;gw-1;4.39;dev-1;9.09\n"
    pattern = {"form": "pattern", "pattern": "%d.%m.%Y %H:%M:%S", "zone": "UTC"}
    columns = {
        "timestamp": {"columns": ["Day", "At"], "timestamp": pattern},
        "location": {"constant": "Plant A"},
        "source": {"constant": "wired"},
    }
    header = text.partition("\n")[0].split(";")
    (parsed,) = read(text, definition(header=header, columns=columns))
    assert parsed.record.key == ("2019-05-28", "10:55:09")
    assert parsed.record.values["location"] == "Plant A"
    assert list(parsed.record.values)


def test_columns_without_a_header_are_found_by_their_positions():
    names = list(COLUMNS)
    columns = {name: {"position": place + 1} for place, name in enumerate(names)}
    made = definition(header=[], columns=columns, skip_lines=1)
    text = "a device speaks of itself\n" + row("1559040909") + row("1559040910")
    first, second = read(text, made)
    assert (first.line, second.line) == (2, 3)
    assert first.record.values["remote_dest"] == "dev-1"


def test_units_rows_lines_above_marks_and_repeated_headers_are_passed_over():
    text = f"\ufeffReport\n\n{HEADER}s;;;;ms;;ms\n{GOOD}{HEADER}{GOOD}"
    made = definition(units_row=True)
    layout, _ = read_format_layout(text.encode(), made, MESSAGE)
    assert layout.above == ["Report", "s;;;;ms;;ms"]
    rows = read(text, made)
    assert [parsed.line for parsed in rows] == [5, 7]
    assert all(parsed.record for parsed in rows)


def test_a_first_row_that_is_a_record_is_no_units_row():
    assert len(read(HEADER + GOOD, definition(units_row=True))) == 1


def test_another_delimiter_than_the_formats_is_found():
    text = (HEADER + GOOD).replace(";", "\t")
    assert read(text, definition(delimiter=";"))[0].record


def test_faults_name_the_files_own_columns():
    (parsed,) = read(HEADER + row("x", "y"), definition())
    assert [fault.column for fault in parsed.faults] == ["When", "Local"]


def test_rejects_are_read_again_by_the_same_format():
    names = [*HEADER.strip().split(";"), "line", "reason"]
    cells = ["2019-05-28T10:55:09Z", "'-roof", "wireless", "gw-1", "4,39", "dev-1", "9,09"]
    text = ",".join(names) + "\n" + ",".join(f'"{one}"' for one in [*cells, "7", "why"]) + "\n"
    made = definition(decimal_mark=",", delimiter=";", units_row=True, extra_columns="hold")
    _, drift = read_format_layout(text.encode(), made, MESSAGE)
    assert not drift.must_wait(made)
    (parsed,) = read(text, made)
    assert parsed.record.values["location"] == "-roof"


@pytest.mark.parametrize(
    ("header", "extra", "waits", "sentence"),
    [
        (HEADER, "hold", False, ""),
        ("When;Site;Link;Router;Local;Device;Remote;Note", "ignore", False, "gained Note"),
        ("When;Site;Link;Router;Local;Device;Remote;Note", "hold", True, "gained Note"),
        ("When;Site;Link;Router;Local;Device;Far", "ignore", True, "lost Remote, gained Far"),
        ("Site;When;Link;Router;Local;Device;Remote", "ignore", True, "another order"),
        ("WHEN;site ;Link;Router;Local;Device;Remote", "hold", False, ""),
    ],
)
def test_a_header_that_drifts_is_told(header, extra, waits, sentence):
    made = definition(extra_columns=extra)
    _, drift = read_format_layout(f"{header.strip()}\n{GOOD}".encode(), made, MESSAGE)
    assert drift.must_wait(made) == waits
    assert sentence in drift.sentence


def test_a_file_of_another_kind_is_not_of_the_format():
    with pytest.raises(FileError) as raised:
        read("a;b;c\n1;2;3\n", definition())
    assert raised.value.code == "not_of_format"
