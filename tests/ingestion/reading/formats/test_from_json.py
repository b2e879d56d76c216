"""What may stand in a format: each option has its type and its limits, and all faults are told."""

from decimal import Decimal
from typing import Any

import pytest

from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.definition import ColumnMapping
from ingestion.reading.formats.from_json import definition_from_json

WHOLE = {
    "key_pattern": "plant-a/*.csv",
    "header": ["A", "B"],
    "encoding": "utf-8",
    "delimiter": ";",
    "skip_lines": 3,
    "units_row": True,
    "decimal_mark": ",",
    "thousands_mark": ".",
    "missing": ["-"],
    "extra_columns": "hold",
    "on_conflict": "keep",
    "sheet": "Day 1",
    "hold_rejected_percent": 50,
    "due_minutes": 60,
    "columns": {
        "a": {"column": "A", "timestamp": {"form": "pattern", "pattern": "%Y", "zone": "UTC"}},
        "b": {"columns": ["A", "B"], "factor": "0.001", "unit": "s"},
        "c": {"constant": ""},
        "d": {"position": 1},
        "e": {"positions": [1, 2]},
    },
}


def read(**options):
    return definition_from_json({"columns": {}} | options)


def faults(data):
    with pytest.raises(BadFormat) as raised:
        definition_from_json(data)
    return raised.value.faults


def fault_of(path, **options):
    (told,) = faults({"columns": {}} | options).items()
    assert told[0] == path
    return told[1]


def column(**options):
    return read(columns={"a": {"column": "A"} | options}).columns["a"]


def test_a_format_is_written_as_it_was_given():
    assert definition_from_json(WHOLE).as_json() == WHOLE


def test_what_is_left_out_is_as_most_files_are():
    unsaid: dict[str, Any] = dict.fromkeys(WHOLE, "")
    unsaid |= {"header": [], "missing": [], "columns": {}}
    unsaid |= {"skip_lines": 0, "units_row": False, "decimal_mark": ".", "extra_columns": "ignore"}
    unsaid |= dict.fromkeys(("hold_rejected_percent", "due_minutes"))
    assert read().as_json() == unsaid


@pytest.mark.parametrize(
    ("option", "maximum"),
    [("key_pattern", 200), ("encoding", 40), ("delimiter", 1), ("sheet", 100)],
)
def test_a_text_has_a_longest_length(option, maximum):
    assert getattr(read(**{option: "x" * maximum}), option) == "x" * maximum
    told = fault_of(option, **{option: "x" * (maximum + 1)})
    assert told == f"has {maximum + 1} characters, {maximum} are allowed"


@pytest.mark.parametrize(
    ("option", "maximum"),
    [
        ("unit", 20),
        ("constant", 1024),
        ("column", 1024),
        ("timestamp.pattern", 200),
        ("timestamp.zone", 64),
    ],
)
def test_a_text_of_a_column_has_a_longest_length(option, maximum):
    def columns(length):
        name, _, part = option.partition(".")
        members = {name: {part: "x" * length}} if part else {name: "x" * length}
        return {"a": members if name in ("constant", "column") else {"column": "A"} | members}

    read(columns=columns(maximum))
    told = fault_of(f"columns.a.{option}", columns=columns(maximum + 1))
    assert told == f"has {maximum + 1:,} characters, {maximum:,} are allowed"


@pytest.mark.parametrize(
    ("option", "minimum", "maximum"),
    [("skip_lines", 0, 100), ("hold_rejected_percent", 0, 100), ("due_minutes", 1, 366 * 24 * 60)],
)
def test_a_number_lies_between_two_others(option, minimum, maximum):
    for number in (minimum, maximum, Decimal(maximum)):
        assert getattr(read(**{option: number}), option) == number
    for wrong in (minimum - 1, maximum + 1, True, 1.5, Decimal("1.5"), Decimal("NaN"), "1", [1]):
        told = fault_of(option, **{option: wrong})
        assert told == f"must be a whole number from {minimum} to {maximum}"


@pytest.mark.parametrize("option", ["hold_rejected_percent", "due_minutes"])
def test_a_number_may_be_left_out(option):
    assert getattr(read(**{option: None}), option) is None
    assert getattr(read(), option) is None


@pytest.mark.parametrize(
    ("option", "maximum"), [("header", 1000), ("missing", 50), ("columns.a.columns", 10)]
)
def test_a_list_has_a_most_of_entries(option, maximum):
    def options(count):
        entries = [f"n{number}" for number in range(count)]
        in_column = option.startswith("columns")
        return {"columns": {"a": {"columns": entries}}} if in_column else {option: entries}

    read(**options(maximum))
    told = fault_of(option, **options(maximum + 1)) if "." not in option else None
    if told is None:
        told = faults(options(maximum + 1))[option]
    assert told == f"has {maximum + 1:,} entries, {maximum:,} are allowed"


@pytest.mark.parametrize(("option", "maximum"), [("header", 1024), ("missing", 100)])
def test_each_text_of_a_list_has_a_longest_length(option, maximum):
    assert getattr(read(**{option: ["-", "x" * maximum]}), option) == ("-", "x" * maximum)
    told = fault_of(f"{option}.1", **{option: ["-", "x" * (maximum + 1)]})
    assert told == f"has {maximum + 1:,} characters, {maximum:,} are allowed"


def test_a_format_has_a_thousand_columns_at_most():
    columns = {f"f{number}": {"column": "A"} for number in range(1001)}
    assert fault_of("columns", columns=columns) == "has 1,001 entries, 1,000 are allowed"
    del columns["f0"]
    assert len(read(columns=columns).columns) == 1000


def test_positions_are_those_of_a_thousand_columns():
    for place in (1, 1000):
        mapping = read(columns={"a": {"position": place}}).columns["a"]
        assert mapping.positions == (place,)
    for place in (0, 1001):
        told = fault_of("columns.a.position", columns={"a": {"position": place}})
        assert told == "must be a whole number from 1 to 1000"


@pytest.mark.parametrize("text", ["a\0b", chr(0xD800), chr(0xDFFF)])
def test_what_no_text_has_is_told(text):
    assert fault_of("sheet", sheet=text) == "has a character that no text has"
    assert read(sheet="\ud7ff\ue000ü").sheet == "\ud7ff\ue000ü"


@pytest.mark.parametrize(
    ("option", "wrong", "told"),
    [
        ("decimal_mark", "x", "must be one of ., ,"),
        ("decimal_mark", 5, "must be one of ., ,"),
        ("thousands_mark", "x", "must be one of an empty text, ., ,"),
        ("extra_columns", "some", "must be one of ignore, keep, hold"),
        ("on_conflict", "panic", "must be one of an empty text, keep, replace, reject"),
        ("units_row", "yes", "must be true or false"),
        ("header", "a,b", "must be a list"),
        ("sheet", 5, "must be text"),
        ("columns", [], "must be an object"),
    ],
)
def test_an_option_that_is_none_of_its_sort_is_told(option, wrong, told):
    assert fault_of(option, **{option: wrong}) == told


def test_yes_or_no_is_what_it_says():
    assert (read(units_row=True).units_row, read(units_row=False).units_row) == (True, False)


@pytest.mark.parametrize("factor", ["1e-29", "9e29", "-1000", 0.001, 5])
def test_a_factor_is_a_number(factor):
    assert column(factor=factor).factor == Decimal(str(factor))


@pytest.mark.parametrize("factor", ["1e-30", "1e30", 0, "-0.0", "NaN", "inf", "many", True, []])
def test_a_factor_that_is_of_no_use_is_told(factor):
    told = fault_of("columns.a.factor", columns={"a": {"column": "A", "factor": factor}})
    assert told == "must be a number other than 0, such as 0.001"


def test_one_column_may_be_named_in_several_ways_and_what_is_null_is_not_there():
    same = [{"column": "A"}, {"columns": ["A"]}, {"column": "A", "factor": None, "position": None}]
    for members in same:
        assert read(columns={"a": members}).columns["a"] == ColumnMapping(("A",))
    assert read(columns={"a": {"constant": ""}}).columns["a"].constant == ""


@pytest.mark.parametrize(
    "members",
    [{}, {"column": "A", "position": 1}, {"column": "A", "constant": "x"}, {"columns": []}],
)
def test_a_field_is_read_from_one_place(members):
    assert "exactly one of" in fault_of("columns.a", columns={"a": members})


def test_a_column_that_is_named_twice_is_told():
    told = fault_of("columns.a.columns", columns={"a": {"columns": ["A", "A"]}})
    assert told == "names one more than once"


def test_what_is_no_option_is_told_with_the_first_others():
    names = [f"x{number}" for number in range(7)]
    assert [*faults(dict.fromkeys(names) | {"columns": {}})] == names[:5]
    in_column = {"a": {"column": "A"} | dict.fromkeys(names, 1)}
    assert [*faults({"columns": in_column})] == [f"columns.a.{name}" for name in names[:5]]
    told = fault_of("columns.a.timestamp.x", columns={"a": {"column": "A", "timestamp": {"x": 1}}})
    assert told == "is not known here: there are form, pattern, zone"


def test_all_faults_are_told_at_once():
    assert faults({"skip_lines": -1, "delimiter": ";;"}) == {
        "skip_lines": "must be a whole number from 0 to 100",
        "delimiter": "has 2 characters, 1 are allowed",
        "columns": "is missing: say which column each field is read from",
    }
    assert faults([])[""] == "must be an object"
