"""Formats that contradict themselves or their kind are refused with what to change."""

import pytest

from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.contradictions import check
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.key_pattern import matches, overlap
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
        ({"columns": {"timestamp": {"constant": "x"}}}, "columns.timestamp", "same for every"),
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
    ],
)
def test_a_contradiction_says_what_to_change(options, path, sentence):
    with pytest.raises(BadFormat) as raised:
        definition(**options)
    assert sentence in raised.value.faults[path], raised.value.faults


def test_the_time_and_required_fields_are_missed():
    columns = {name: one for name, one in COLUMNS.items() if name not in ("timestamp", "source")}
    with pytest.raises(BadFormat) as raised:
        check(definition_from_json({"header": ["Site"], "columns": columns}), MESSAGE)
    assert "no time" in raised.value.faults["columns.timestamp"]
    assert "required" in raised.value.faults["columns.source"]


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("plant-a/*.csv", "plant-a/x.csv", True),
        ("plant-a/*.csv", "plant-a/2026/x.csv", True),
        ("plant-a/*.csv", "plant-b/x.csv", False),
        ("logger-*.csv", "any/where/logger-7.csv", True),
        ("logger-*.csv", "logger-7/x.csv", False),
        ("log?.csv", "log7.csv", True),
        ("log?.csv", "log77.csv", False),
        ("*a*b*c*.csv", "xaybzc.csv", True),
        ("*" * 50 + "a.csv", "b" * 1000 + ".csv", False),
        ("*a" * 60, "a" * 1000 + "b", False),
    ],
)
def test_keys_are_matched(pattern, key, expected):
    assert matches(pattern, key) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("plant-a/*.csv", "plant-b/*.csv", False),
        ("plant-a/*.csv", "plant-a/x*.csv", True),
        ("plant-?/*.csv", "plant-b/*.csv", True),
        ("logger-*.csv", "plant-a/*.csv", True),
        ("logger-*.csv", "plant-a/*.csv.gz", False),
        ("a/*b*.csv", "a/*c*.csv", True),
        ("a/b.csv", "a/b.csv", True),
        ("a/b.csv", "a/c.csv", False),
    ],
)
def test_patterns_that_claim_the_same_key_are_told(one, other, expected):
    assert overlap(one, other) == expected
    assert overlap(other, one) == expected
