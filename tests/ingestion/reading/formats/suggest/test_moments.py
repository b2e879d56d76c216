"""Forms of times that fit a column, and what is asked of them."""

import pytest

from ingestion.reading.formats.definition import TimeForm
from ingestion.reading.formats.suggest.moments import fitting, questions
from messages_app.schema.schema import Field
from messages_app.schema.types import Timestamp

AT = Field("at", Timestamp(), "Moment")


def forms(*cells):
    return [(one.form, one.pattern, one.zone) for one in fitting([*cells], AT)]


def pattern(text):
    return ("pattern", text, "UTC")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], []),
        (["soon"], []),
        (["2019-05-28T10:55:09Z", "soon"], []),
        (["2019-05-28T10:55:09Z", "1559040909"], [("iso", "", "")]),
        (["2019-05-28T10:55:09Z", "2019-05-28 10:55"], [("iso", "", "UTC")]),
        (["1559040909,5"], [("epoch_s", "", "")]),
        (["1559040909385"], [("epoch_ms", "", "")]),
        (["1559040909385000"], [("epoch_us", "", "")]),
        (["1559040909385000000"], [("epoch_ns", "", "")]),
        (["30000", "79999.99"], [("serial", "", "UTC")]),
        (["\u200b43613.5"], [("serial", "", "UTC")]),
        (["30000", "80000"], []),
        (["19999"], []),
        (["43 613.5"], []),
        (["20190528"], [pattern("%Y%m%d")]),
        (["20190528105509"], [pattern("%Y%m%d%H%M%S")]),
        (["201905281055"], [pattern("%Y%m%d%H%M")]),
        (["198001010000", "97800101000000"], [("epoch_ms", "", "")]),
        (["201905281055", "201913281055"], [("epoch_ms", "", "")]),
        (["28.05.2019"], [pattern("%d.%m.%Y")]),
        (["28 May 2019 10:55:09,25"], [pattern("%d %b %Y %H:%M:%S,%f")]),
        (["3/4/2026"], [pattern("%d/%m/%Y"), pattern("%m/%d/%Y")]),
        (["3/4/26 1:55 PM"], [pattern("%d/%m/%y %I:%M %p"), pattern("%m/%d/%y %I:%M %p")]),
        (["3-4-2026T10:55"], [pattern("%d-%m-%YT%H:%M"), pattern("%m-%d-%YT%H:%M")]),
        (["3/4/2026", "3/25/2026"], [pattern("%m/%d/%Y")]),
        (["2019/05/28 10:55:09.5"], [pattern("%Y/%m/%d %H:%M:%S.%f")]),
        (["28/05/2019", "05/28/2019"], []),
    ],
)
def test_forms_that_read_every_cell(cells, expected):
    assert forms(*cells) == expected


def asked(*cells, name="when"):
    found = questions([*cells], name, AT, fitting([*cells], AT))
    return {one.name: one for one in found}


def test_what_a_number_counts_is_shown():
    (unit,) = asked("1559040909385").values()
    assert (unit.code, unit.field, unit.chosen) == ("epoch_unit", "at", 0)
    assert unit.text == "Moment is a number of what?"
    (choice,) = unit.choices
    assert choice.text == "milliseconds since 1970"
    assert choice.value == {"columns": {"at": {"timestamp": {"form": "epoch_ms"}}}}
    assert choice.example == "1559040909385 is 2019-05-28 10:55:09.385000 UTC"


def test_which_is_the_day_is_asked_where_it_may_be_either():
    found = asked("03/04/2026")
    assert list(found) == ["day_or_month.at", "zone.at"]
    day = found["day_or_month.at"]
    assert [one.text for one in day.choices] == ["the day comes first", "the month comes first"]
    assert day.choices[1].value == {"columns": {"at": {"timestamp": {"pattern": "%m/%d/%Y"}}}}
    assert day.chosen is None
    assert list(asked("28/04/2026")) == ["zone.at"]


@pytest.mark.parametrize(
    ("name", "chosen"),
    [("Time (UTC)", 0), ("GMT", 0), ("at (zulu)", 0), ("time", None), ("nutcase utcx", None)],
)
def test_a_zone_is_likely_where_the_column_says_it(name, chosen):
    assert asked("2019-05-28 10:55", name=name)["zone.at"].chosen == chosen


def test_zones_are_shown_on_the_first_time_and_only_those_that_had_it():
    zone = asked("2019-03-31 02:30")["zone.at"]
    examples = {one.text: one.example for one in zone.choices}
    assert examples["UTC"] == "2019-03-31 02:30 is 2019-03-31 02:30:00 UTC"
    assert examples["+02:00"] == "2019-03-31 02:30 is 2019-03-31 00:30:00 UTC"
    assert examples["Europe/Zurich"] == ""
    assert zone.choices[0].value == {"columns": {"at": {"timestamp": {"zone": "UTC"}}}}


def test_every_zone_that_is_offered_can_be_read():
    choices = asked("2019-05-28 10:55")["zone.at"].choices
    assert all(one.example for one in choices)
    assert len({one.text for one in choices}) == len(choices) == 15


def test_the_example_is_that_of_the_first_cell():
    zone = asked("28.05.2019", "29.05.2019")["zone.at"]
    assert zone.choices[0].example == "28.05.2019 is 2019-05-28 00:00:00 UTC"
    assert zone.choices[0].value["columns"]["at"]["timestamp"] == {"zone": "UTC"}
    assert TimeForm("iso", zone="UTC") == fitting(["2019-05-28 10:55"], AT)[0]
