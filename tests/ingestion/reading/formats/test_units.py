"""Units that files name and that are not those of the fields."""

from decimal import Decimal

import pytest

from ingestion.models import State
from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.suggest.suggestion import suggest
from ingestion.reading.formats.trial import try_format
from ingestion.reading.formats.values import units
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from tests.ingestion.formats.making import make, own_names
from tests.ingestion.helpers import HEADER, counts, line, records, run
from tests.messages_app.kinds.climate import CLIMATE

SECONDS = HEADER.replace("local_avg", "Local avg (s)").replace("remote_avg", "Remote avg (ms)")
UNITS_ROW = "s,,,,s,,ms\n"


@pytest.mark.parametrize(
    ("unit", "wanted", "factor"),
    [
        ("s", "ms", "1000"),
        ("ms", "s", "0.001"),
        ("Sec", "ms", "1000"),
        ("us", "ms", "0.001"),
        ("μs", "µs", "1"),
        ("MW", "mW", "1000000000"),
        ("hPa", "mbar", "1"),
        ("%", "ppm", "10000"),
        ("min", "h", None),
        ("°F", "°C", None),
        ("s", "m", None),
        ("parsec", "m", None),
    ],
)
def test_a_factor_is_exact_or_there_is_none(unit, wanted, factor):
    assert units.factor(unit, wanted) == (None if factor is None else Decimal(factor))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("ms", "msec", True),
        ("MS", "ms", True),
        ("° C", "°C", True),
        ("celsius", "°C", True),
        ("mW", "MW", False),
        ("°F", "°C", False),
        ("Stück", "stück", True),
    ],
)
def test_units_are_the_same_in_other_words_but_case_may_tell(one, other, is_same):
    assert units.is_same(one, other) == is_same


def read(text, options):
    definition = definition_from_json(options)
    check_contradictions(definition, MESSAGE)
    rows = try_format(text.encode(), definition, MESSAGE, is_whole=True).rows
    return [row.record.values["local_avg"] for row in rows if row.record]


@pytest.mark.parametrize(
    "text", [SECONDS + line(1, avg="0.00439"), HEADER + UNITS_ROW + line(1, avg="0.00439")]
)
def test_a_column_in_another_unit_is_asked_about_and_converted_exactly(text):
    found = suggest(text, MESSAGE, is_whole=True)
    (question,) = [one for one in found.questions if one.code == "unit"]
    assert (question.field, question.chosen) == ("local_avg", 0)
    assert "kept in ms, but the column says s" in question.text
    converted, own = (read(text, found.answered({"unit.local_avg": place})) for place in range(2))
    assert converted == [Decimal("4.39")]
    assert own == [Decimal("0.00439")]


def test_where_no_factor_is_exact_nothing_is_chosen():
    text = "at,sensor,Temperature (°F),humidity\n2019-05-28T10:00:00Z,device-7,70,40\n"
    found = suggest(text, schema_from_json(CLIMATE), is_whole=True)
    (question,) = [one for one in found.questions if one.code == "unit"]
    assert question.chosen is None
    assert "no exact factor" in question.text
    assert len(question.choices) == 1


@pytest.mark.parametrize("name", ["Temperature (°C)", "Temperature [celsius]"])
def test_the_fields_own_unit_is_not_asked_about(name):
    text = f"at,sensor,{name},humidity\n2019-05-28T10:00:00Z,device-7,70,40\n"
    assert suggest(text, schema_from_json(CLIMATE), is_whole=True).questions == []


@pytest.mark.django_db
@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("header", [HEADER, HEADER.replace("local_avg", "Local Avg")])
def test_a_row_of_other_units_is_waited_for(header):
    import_ = run(header + UNITS_ROW + line(1))
    assert (import_.state, import_.waiting_for["code"]) == (State.WAITING, "other_unit")
    assert "is in s, not ms" in import_.waiting_for["detail"]
    assert records() == []
    own = run(header + "s,,,,msec,,ms\n" + line(1), "own.csv")
    assert own.state == State.DONE


@pytest.mark.django_db
@pytest.mark.usefixtures("aws")
def test_a_format_remembers_the_unit_and_waits_for_another_one():
    column = {"column": "local_avg", "unit": "s", "factor": "1000"}
    make(units_row=True, **own_names(local_avg=column))
    import_ = run(HEADER + UNITS_ROW + line(1, avg="0.00439"))
    assert counts(import_) == {"read": 1, "written": 1}
    assert records()[0].values["local_avg"] == Decimal("4.39")
    other = run(HEADER + UNITS_ROW.replace("s,,ms", "min,,ms") + line(2), "other.csv")
    assert (other.state, other.waiting_for["code"]) == (State.WAITING, "other_unit")


def test_rows_that_are_none_of_units_are_left_alone():
    places = {name: place for place, name in enumerate(MESSAGE.names)}
    for cells in (["total", "", "", "", "", "", ""], ["1559040909", "a", "b", "c", "s", "d", "s"]):
        assert units.stated_below(cells, places, MESSAGE, {}) == []
    text = ["string", "string", "string", "string", "float", "string", "float"]
    assert units.stated_below(text, places, MESSAGE, {}) == []
