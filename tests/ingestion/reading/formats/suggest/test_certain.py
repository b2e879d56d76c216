"""Formats worked out from files: what is certain, what is asked, and nothing that is guessed."""

from decimal import Decimal

import pytest

from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.suggest.suggestion import suggest
from ingestion.reading.formats.trial import try_format
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from tests.ingestion.helpers import HEADER

OTHER_NAMES = """\
Timestamp (UTC);Site;Connection;Router;Local avg (ms);Device;Remote avg (ms)
2026-11-23 00:00:00;location-01;wireless;router-1;1,41;device-23;9,14
2026-11-23 00:01:00;location-01;wireless;router-3;0,61;device-8;5,59
"""


def row(when, local="4.39", remote="9.09"):
    return f"{when},roof,wireless,gw-1,{local},dev-1,{remote}\n"


def suggestion(text, answers=None, *, is_whole=True):
    return suggest(text, MESSAGE, answers, is_whole=is_whole)


def asked(text):
    return [question.name for question in suggestion(text).questions]


def records(text, answers=None):
    """The rows as the suggested format reads them, with the likely answers."""
    definition = definition_from_json(suggestion(text).answered(answers or {}))
    check_contradictions(definition, MESSAGE)
    return [
        one.record for one in try_format(text.encode(), definition, MESSAGE, is_whole=True).rows
    ]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + row(1559040909),
        HEADER + "s,,,,ms,,ms\n" + row(1559040909),
        "Report: demo\nMade by: tests\n" + HEADER + row("2019-05-28T10:55:09Z"),
        "Timestamp,Location,Source,Local Dest,Local Avg,Remote Dest,Remote Avg\n" + row(1559040909),
    ],
)
def test_what_cannot_change_a_meaning_is_certain(text):
    assert suggestion(text).certain
    assert records(text)[-1].values["local_avg"] == Decimal("4.39")


def test_other_names_marks_and_zone_are_one_confirmation():
    found = suggestion(OTHER_NAMES)
    assert all(question.chosen is not None for question in found.questions)
    first, second = records(OTHER_NAMES)
    assert first.key == ("2026-11-23", "00:00:00")
    assert first.values["location"] == "location-01"
    assert first.values["remote_dest"] == "device-23"
    assert second.values["local_avg"] == Decimal("0.61")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (HEADER + row("2019-05-28 10:55:09"), ["zone.timestamp"]),
        (HEADER + row(1559041701385), ["epoch_unit.timestamp"]),
        (HEADER + row("43613.45496"), ["zone.timestamp"]),
        (HEADER + row("28/05/2019 10:55"), ["zone.timestamp"]),
        (HEADER + row("03/04/2026 10:55"), ["day_or_month.timestamp", "zone.timestamp"]),
        (HEADER + row("03/04/2026 1:55 PM"), ["day_or_month.timestamp", "zone.timestamp"]),
        (HEADER + row(1559040909, "NaN") + row(1559040910), ["missing"]),
        ((HEADER + row(1559040909)).replace(",", ";").replace(".", ","), ["decimal_mark"]),
        (
            HEADER.replace("timestamp", "date,time") + row("2019-05-28,10:55:09"),
            ["column.timestamp", "zone.timestamp"],
        ),
    ],
)
def test_what_can_change_a_meaning_is_asked(text, names):
    assert asked(text) == names


def test_two_readings_of_a_day_are_shown_on_a_real_value_and_none_is_chosen():
    (day, _) = suggestion(HEADER + row("03/04/2026 10:55")).questions
    assert day.chosen is None
    assert [choice.example for choice in day.choices] == [
        "03/04/2026 10:55 is 2026-04-03 10:55:00 UTC",
        "03/04/2026 10:55 is 2026-03-04 10:55:00 UTC",
    ]


def test_one_row_that_only_one_reading_fits_decides_for_all():
    text = HEADER + row("03/04/2026 10:55") + row("03/25/2026 10:55")
    assert asked(text) == ["zone.timestamp"]
    assert records(text)[0].date == "2026-03-04"


def test_a_mark_that_may_be_either_is_shown_in_both_readings():
    text = (
        "\n".join(
            ";".join(line)
            for line in (
                HEADER.strip().split(","),
                ["1559040909", "a", "b", "c", "1,234", "d", "5,678"],
            )
        )
        + "\n"
    )
    (question,) = suggestion(text).questions
    assert question.chosen is None
    assert {choice.example for choice in question.choices} == {"1,234 is 1.234", "1,234 is 1234"}


def test_answers_change_the_format():
    text = HEADER + row("03/04/2026 10:55")
    answers = {"day_or_month.timestamp": 1, "zone.timestamp": 2}
    assert records(text, answers)[0].key == ("2026-03-04", "09:55:00")


def test_columns_can_be_answered_otherwise():
    answers = {"column.location": 2, "column.source": 1}
    first, _ = records(OTHER_NAMES, answers)
    assert first.values["location"] == "wireless"


def test_a_file_without_a_header_is_read_by_positions():
    text = row(1559040909) + row(1559040910, "4.41")
    options = suggestion(text).options
    assert options["header"] == []
    assert records(text)[1].values["local_avg"] == Decimal("4.41")


def test_a_kind_that_is_suggested_can_be_made_as_it_is():
    long = "x" * 90
    text = f"Time;Line;Device;Count max;Count;{long}\n"
    for minute in range(2):
        for device in "ab":
            text += f"2026-11-23T00:0{minute}:00Z;north;{device};{minute};{minute + 1};y\n"
    kind = suggestion(text).new_kind
    schema = schema_from_json(kind)
    assert (schema.time_field, schema.identity) == ("measured_at", ("device",))
    assert "line" not in schema.names


def test_one_wrong_cell_hides_no_decimal_commas():
    text = OTHER_NAMES + "2026-11-23 00:02:00;x;y;z;oops;d;5,5\n"
    assert "decimal_mark" in asked(text)


def test_what_is_said_of_columns_is_not_asked():
    said = {1: "remote_dest", 5: "location", 3: ""}
    found = suggest(OTHER_NAMES, MESSAGE, {}, said, is_whole=True)
    assert not any(question.code == "column" for question in found.questions)
    assert found.options["columns"]["location"] == {"column": "Device"}
    assert found.options["columns"]["remote_dest"] == {"column": "Site"}
    assert "local_dest" not in found.options["columns"]
    assert found.likely.by["location"] == "order"


def test_a_kind_is_made_from_a_file():
    text = "Time (UTC);Sensor;Temp (°C);Hum (%);Battery;On\n"
    for minute in range(2):
        for sensor in "ab":
            text += f"2026-11-23 00:0{minute}:00;{sensor};1{minute},5;40;3,{minute};true\n"
    kind = suggestion(text).new_kind
    assert [(one["name"], one["type"], one["unit"]) for one in kind["fields"]] == [
        ("measured_at", "timestamp", ""),
        ("sensor", "text", ""),
        ("temp", "number", "°C"),
        ("hum", "integer", "%"),
        ("battery", "number", ""),
        ("on", "boolean", ""),
    ]
    assert (kind["time_field"], kind["identity"]) == ("measured_at", ["sensor"])


@pytest.mark.parametrize("text", ["", "one line of prose\nand another\n", "a\n1\n2\n"])
def test_there_is_no_format_for_what_is_no_table(text):
    assert suggestion(text) is None
