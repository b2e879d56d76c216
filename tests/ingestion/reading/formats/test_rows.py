"""Rows that are read by a format: which are refused, what their faults say, what optional fields
have."""

import pytest

from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.names import columns_by_names, names_field
from ingestion.reading.formats.trial import try_format
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from tests.ingestion.reading.formats.reading import (
    HEADER,
    definition,
    read,
    reader_of,
    row,
    time,
)

WHEN = "2019-05-28T10:55:09Z"
GOOD = row(WHEN)
SPOILED = [("é", "x"), ("a", "é"), ("a", "x")]
DEVICES = schema_from_json(
    {
        "fields": [
            {"name": "at", "type": "timestamp"},
            {"name": "device", "type": "text"},
            {"name": "level", "type": "number", "required": False},
        ],
        "time_field": "at",
    }
)


def of_devices(**options):
    names = options.get("header", [])
    columns = {name: {"column": name} for name in names} or {
        "at": {"position": 1},
        "device": {"position": 2},
    }
    return definition_from_json({"columns": columns, **options})


def faults_of(parsed):
    assert (parsed.record is None) == bool(parsed.faults)
    return [(fault.column, fault.code) for fault in parsed.faults]


def faults(text, **options):
    (parsed,) = read(text, definition(**options))
    return faults_of(parsed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (row(WHEN, site='the 5" rack'), ("Site", "bad_quote")),
        (GOOD.strip() + ";;;\n", None),
        (GOOD.strip() + ";more\n", ("", "too_many_fields")),
        (GOOD.replace(";9\n", "\n"), ("Remote", "missing")),
        (row(WHEN, site=" "), ("Site", "empty")),
    ],
)
def test_a_row_is_refused_for_what_is_wrong_with_it(text, found):
    assert faults(HEADER + text) == ([found] if found else [])


def test_bytes_that_are_no_text_spoil_their_row_alone():
    made = definition(header=[*HEADER.strip().split(";"), "Note"], extra_columns="keep")
    header = HEADER.strip() + ";Note\n"
    content = "".join([row(WHEN, site=site).strip() + f";{note}\n" for site, note in SPOILED])
    rows = read((header + content).encode("latin-1"), made)
    assert [faults_of(one) for one in rows] == [
        [("Site", "bad_encoding")],
        [("Note", "bad_encoding")],
        [],
    ]


def test_a_cell_that_is_wrong_is_told_as_it_is():
    (parsed,) = read(HEADER + row(WHEN, "abc  "), definition())
    assert parsed.faults[0].value == "abc  "


def test_a_mark_of_numbers_is_none_in_texts():
    (parsed,) = read(HEADER + row(WHEN, "1,5", "1,5"), definition(decimal_mark=","))
    assert parsed.record.values["location"] == "1,5"


def test_an_empty_cell_is_told_as_empty_whatever_stands_for_no_value():
    assert faults(HEADER + row(WHEN, " "), missing=["-"]) == [("Local", "empty")]
    assert faults(HEADER + row(WHEN, " - "), missing=["-"]) == [("Local", "no_value")]


def test_a_fault_of_joined_columns_names_them_and_is_about_their_cells():
    made = definition(columns={"location": {"columns": ["Site", "Link"]}})
    reader, _ = reader_of(HEADER + GOOD, made)
    assert reader.places_of("Site + Link") == reader.places_of("location") == (1, 2)
    assert reader.places_of("Local") == (4,)
    assert reader.places_of("Nothing") == ()
    (parsed,) = read(HEADER + GOOD.replace("roof;wireless", " ; "), made)
    assert [fault.column for fault in parsed.faults] == ["Site + Link", "Link"]


def test_a_constant_is_no_cell():
    made = definition(columns={"location": {"constant": "north"}})
    reader, (parsed,) = reader_of(HEADER + GOOD.replace(";9\n", ";x\n"), made)
    assert [fault.column for fault in parsed.faults] == ["Remote"]
    assert reader.places_of("location") == ()
    header = HEADER.replace("Site", "location")
    made = definition(header=header.strip().split(";"), columns={"location": {"constant": "x"}})
    assert reader_of(header, made)[0].places_of("location") == (1,)


@pytest.mark.parametrize("missing", [[], ["-"]])
def test_an_optional_field_may_have_no_value_and_no_column(missing):
    made = of_devices(header=[*DEVICES.names], missing=missing)
    none = "".join(missing)
    text = f"at;device;level\n1559040909;a;{none}\n1559040909;a;5\n"
    _, rows = reader_of(text, made, DEVICES)
    assert ["level" in one.record.values for one in rows] == [False, True]
    _, (parsed,) = reader_of("1559040909;a;5\n", of_devices(), DEVICES)
    assert set(parsed.record.values) == {"at", "device"}


def test_only_rows_that_are_read_count_as_times_that_clocks_show_twice():
    columns = time("iso", zone="Europe/Zurich")
    twice = row("2019-10-27 02:30:00")
    reader, _ = reader_of(
        HEADER + twice + twice.replace("roof", "") + twice, definition(columns=columns)
    )
    assert reader.repeated_times == 2


def test_a_trial_leaves_out_what_may_be_cut_off():
    def trial(text, *, is_whole):
        return try_format(text.encode(), definition(), MESSAGE, is_whole=is_whole)

    for end in ("\n", "\r"):
        text = HEADER + GOOD.replace("\n", end) * 2 + row("x").strip()
        whole, cut_off = (trial(text, is_whole=is_whole) for is_whole in (True, False))
        assert (len(whole.rows), whole.rejected) == (3, 1)
        assert [one.record.values["remote_avg"] for one in cut_off.rows] == [9, 9]
    assert len(trial(HEADER + GOOD * 1001, is_whole=True).rows) == 1000
    unread = trial(HEADER.replace("Remote", "Far") + GOOD, is_whole=True)
    assert (unread.rows, unread.repeated_times, unread.drift.unread) == ([], 0, ["Remote"])


@pytest.mark.parametrize(
    ("name", "is_named"),
    [
        ("local_avg", True),
        ("Local Average", True),
        ("Local avg (msec)", True),
        ("Local avg (s)", False),
        ("Local", False),
    ],
)
def test_a_name_with_another_unit_is_not_the_fields(name, is_named):
    assert names_field(name, MESSAGE.by_name["local_avg"]) == is_named


def test_a_field_that_two_columns_name_has_none():
    assert columns_by_names(["source", "Source", "location"], MESSAGE) == {"location": 2}
