"""The examples of a forecast: which rows they are, and what they say of each."""

from decimal import Decimal
from typing import Any

import pytest

from ingestion.models import Import
from ingestion.running.writing.forecast.examples import of_chunk, together
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, QueueOrigin, build_record
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Text
from messages_app.store.looking.comparing import Compared
from tests.ingestion.helpers import FIRST_SECOND
from tests.messages_app.records import record


def row(line, other=None, outcome="written", **values):
    origin = Origin("me", line) if line else None
    return record(FIRST_SECOND, origin=origin, **values), Compared(outcome, other)


def extra(one, *columns):
    one.extra = columns
    return one


def examples(*rows, **counted):
    records, compared = [one for one, _ in rows], [one for _, one in rows]
    return of_chunk(Import(**counted), records, compared, MESSAGE)


def only(*rows):
    [[found]] = examples(*rows).values()
    return found


def test_each_outcome_has_a_name_and_five_examples():
    outcomes = ("written", "unchanged", "kept", "replaced", "outdated", "key_conflict")
    found = examples(*(row(line, outcome=name) for line in range(2, 10) for name in outcomes))
    assert {name: [one["line"] for one in some] for name, some in found.items()} == {
        "new": [2, 3, 4, 5, 6],
        "equal": [2, 3, 4, 5, 6],
        "conflict": [2, 2, 2, 2, 3],
    }


def test_what_has_no_example_has_no_entry():
    assert list(examples(row(2))) == ["new"]
    assert examples() == {}


@pytest.mark.parametrize(("before", "names"), [(4, ["new", "equal"]), (5, ["equal"])])
def test_no_example_is_looked_for_where_there_are_enough(before, names):
    found = examples(row(2), row(3, outcome="unchanged"), written=before)
    assert list(found) == names


def test_rows_and_what_became_of_them_are_as_many():
    one, compared = row(2)
    with pytest.raises(ValueError, match="zip"):
        of_chunk(Import(), [one, one], [compared], MESSAGE)


def test_the_first_of_all_chunks_are_kept():
    parts = [{"new": [1, 2, 3]}, {"equal": [4]}, {"new": [5, 6, 7], "equal": [8]}]
    found: Any = together(parts)
    assert found == {"new": [1, 2, 3, 5, 6], "equal": [4, 8], "conflict": []}


def test_of_a_new_row_all_fields_are_told():
    found = only(row(7, location="roof"))
    assert (found["line"], found["there"]) == (7, None)
    assert (found["date"], found["time"]) == ("2019-05-28", "10:40:00")
    assert [one["name"] for one in found["fields"]] == [one.name for one in MESSAGE.columns]
    assert {"name": "location", "row": "roof", "there": ""} in found["fields"]
    assert only(row(0))["line"] == 0


def test_of_a_conflict_the_fields_that_differ_are_told():
    other = record(FIRST_SECOND, location="cellar", origin=Origin("other", 9))
    found = only(row(7, other, "kept", location="roof"))
    assert found["fields"] == [{"name": "location", "row": "roof", "there": "cellar"}]
    assert found["there"] == {"import": "other", "line": 9}


def test_extra_columns_are_told_where_one_of_both_has_them():
    mine, plain = extra(record(FIRST_SECOND), ("a", "1")), record(FIRST_SECOND)
    for one, other in ((mine, plain), (plain, mine)):
        [[found]] = examples((one, Compared("kept", other))).values()
        [field] = found["fields"]
        assert field["name"] == "extra_columns"
        assert bool(field["row"]) is (one is mine)
        assert bool(field["there"]) is (other is mine)
    [[found]] = examples((mine, Compared("written"))).values()
    assert found["fields"][-1]["name"] == "extra_columns"
    assert found["fields"][-1]["there"] == ""
    assert "extra_columns" not in {one["name"] for one in only(row(2))["fields"]}


def test_long_texts_are_cut():
    other = record(FIRST_SECOND, location="b" * 300)
    [field] = only(row(2, other, "kept", location="a" * 300))["fields"]
    assert field == {"name": "location", "row": "a" * 200, "there": "b" * 200}


@pytest.mark.parametrize(
    ("origin", "there"),
    [
        (Origin("me", 4), {"import": None, "line": 4}),
        (Origin("other", 4), {"import": "other", "line": 4}),
        (QueueOrigin("a-queue", "a-message"), {"import": None, "line": None}),
        (None, {"import": None, "line": None}),
    ],
)
def test_where_the_other_record_came_from(origin, there):
    other = record(FIRST_SECOND, location="cellar", origin=origin)
    assert only(row(7, other, "kept"))["there"] == there


def test_a_row_without_a_line_is_of_no_import():
    other = record(FIRST_SECOND, location="cellar", origin=Origin("other", 4))
    assert only(row(0, other, "kept"))["there"] == {"import": "other", "line": 4}


def test_of_a_kind_with_many_fields_fifty_are_told():
    names = [f"field_{number}" for number in range(60)]
    schema = Schema((MESSAGE.fields[0], *(Field(one, Text(), one) for one in names)), "timestamp")
    values = {"timestamp": Decimal(FIRST_SECOND), **dict.fromkeys(names, "a")}
    found = of_chunk(Import(), [build_record(schema, values)], [Compared("written")], schema)
    assert [one["name"] for one in found["new"][0]["fields"]] == names[:50]
