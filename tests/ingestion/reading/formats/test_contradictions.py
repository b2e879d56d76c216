"""Formats that contradict themselves or their kind are refused with what to change."""

import pytest

from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.from_json import definition_from_json
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.reading.formats.reading import COLUMNS, definition, time


def test_a_format_that_is_right_is_taken():
    definition(key_pattern="plant-a/*.csv", encoding="windows-1252", delimiter=";")


@pytest.mark.parametrize(
    ("options", "path", "sentence"),
    [
        ({"columns": {"height": {"column": "Site"}}}, "columns.height", "not a field"),
        ({"columns": {"location": {"column": "Place"}}}, "columns.location", "header lacks"),
        ({"columns": {"location": {"position": 2}}}, "columns.location", "name the column"),
        ({"columns": {"location": {}}}, "columns.location", "exactly one"),
        ({"columns": {"location": {"constant": ""}}}, "columns.location.constant", "empty"),
        (
            {"columns": {"timestamp": {"constant": "1559040909"}}},
            "columns.timestamp",
            "same for every",
        ),
        (
            {"columns": time("pattern", "%d.%m", "UTC")},
            "columns.timestamp.timestamp.pattern",
            "year",
        ),
        ({"columns": time("pattern", "%Q", "UTC")}, "columns.timestamp.timestamp.pattern", "%Q"),
        (
            {"columns": time("pattern", "%d.%m.%Y %d", "UTC")},
            "columns.timestamp.timestamp.pattern",
            "more than once",
        ),
        ({"columns": time("pattern", "%d.%m.%Y")}, "columns.timestamp.timestamp.zone", "missing"),
        (
            {"columns": time("pattern", "%d.%m.%Y %z", "UTC")},
            "columns.timestamp.timestamp.zone",
            "leave one",
        ),
        (
            {"columns": time("iso", zone="Mars/Olympus")},
            "columns.timestamp.timestamp.zone",
            "not a zone",
        ),
        (
            {"columns": time("iso", zone="../../etc/passwd")},
            "columns.timestamp.timestamp.zone",
            "not a zone",
        ),
        ({"columns": time("iso", zone="+99:00")}, "columns.timestamp.timestamp.zone", "not a zone"),
        ({"columns": time("iso", "%Y")}, "columns.timestamp.timestamp.pattern", "form pattern"),
        ({"columns": time("serial")}, "columns.timestamp.timestamp.zone", "missing"),
        (
            {"columns": time("epoch_ms", zone="UTC")},
            "columns.timestamp.timestamp.zone",
            "leave it out",
        ),
        ({"columns": time("guess")}, "columns.timestamp.timestamp.form", "one of iso"),
        (
            {"columns": {"local_avg": {"column": "Local", "factor": 0}}},
            "columns.local_avg.factor",
            "other than 0",
        ),
        (
            {"columns": {"location": {"column": "Site", "factor": 2}}},
            "columns.location.factor",
            "no numbers",
        ),
        (
            {"columns": {"location": {"column": "Site", "timestamp": {}}}},
            "columns.location.timestamp",
            "no moments",
        ),
        ({"decimal_mark": ",", "thousands_mark": ","}, "thousands_mark", "cannot be both"),
        ({"delimiter": '"'}, "delimiter", "cannot separate"),
        ({"encoding": "klingon"}, "encoding", "not known"),
        ({"key_pattern": "*"}, "key_pattern", "every file"),
        ({"skip_lines": -1}, "skip_lines", "from 0"),
        ({"units_row": 1}, "units_row", "true or false"),
        ({"missing": "NaN"}, "missing", "list"),
        ({"colour": "red"}, "colour", "not an option"),
        (
            {"header": ["When", "When", "Site", "Link", "Router", "Local", "Device", "Remote"]},
            "columns.timestamp",
            "more than once",
        ),
        ({"delimiter": " "}, "delimiter", "cannot separate"),
        ({"delimiter": "\n"}, "delimiter", "cannot separate"),
        ({"delimiter": "x"}, "delimiter", "cannot separate"),
        ({"delimiter": "§"}, "delimiter", "of ASCII"),
        ({"columns": time("epoch_ms", "%Y")}, "columns.timestamp.timestamp.pattern", "epoch_ms"),
        ({"columns": {"local_avg": {"constant": "x"}}}, "columns.local_avg.constant", "a number"),
        (
            {"columns": {"timestamp": {"column": "When", "factor": 2}}},
            "columns.timestamp.factor",
            "no numbers",
        ),
        (
            {"columns": {"timestamp": {"column": "When", "unit": "s"}}},
            "columns.timestamp.unit",
            "no unit",
        ),
        (
            {"columns": {"location": {"column": "Site", "unit": "m"}}},
            "columns.location.unit",
            "no unit",
        ),
        (
            {"columns": {"location": {"constant": "", "factor": 2}}},
            "columns.location.factor",
            "no numbers",
        ),
    ],
)
def test_a_contradiction_says_what_to_change_and_is_told_once(options, path, sentence):
    with pytest.raises(BadFormat) as raised:
        definition(**options)
    (told,) = raised.value.faults.items()
    assert told[0] == path
    assert sentence in told[1]


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "\t"},
        {"columns": time("pattern", "%d.%m.%Y %H:%M %z")},
        {"columns": time("serial", zone="UTC")},
        {"columns": time("iso", zone="+01:00")},
        {"columns": time("epoch_s")},
        {"columns": {"local_avg": {"constant": "4.39", "factor": "0.001", "unit": "s"}}},
        {"decimal_mark": ",", "thousands_mark": "."},
    ],
)
def test_what_contradicts_nothing_is_taken(options):
    definition(**options)


def test_a_format_without_a_header_names_no_columns():
    columns = {name: {"position": place} for place, name in enumerate(COLUMNS, 1)}
    definition(header=[], columns=columns)
    with pytest.raises(BadFormat) as raised:
        definition(header=[], columns=columns | {"location": {"column": "Site"}})
    assert [*raised.value.faults] == ["columns.location"]
    assert "give its position" in raised.value.faults["columns.location"]


def test_the_time_and_required_fields_are_missed():
    columns = {name: one for name, one in COLUMNS.items() if name not in ("timestamp", "source")}
    with pytest.raises(BadFormat) as raised:
        check_contradictions(
            definition_from_json({"header": ["Site"], "columns": columns}), MESSAGE
        )
    assert "no time" in raised.value.faults["columns.timestamp"]
    assert "required" in raised.value.faults["columns.source"]
