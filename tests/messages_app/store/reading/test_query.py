"""A query by itself: its ends, what a cursor is bound to, and how DynamoDB is asked."""

from decimal import Decimal

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.store.query import MAX_ALTERNATIVES, Query, Range, can_be_time

DATE, NEXT = "2019-05-28", "2019-05-29"
IMPORT = "8f14e45f-ceea-467f-a8d6-3d5c7b2f9a10"
FIRST, AFTER = "0", "\x7f"


def test_unless_it_is_said_the_oldest_come_first_at_half_the_price():
    assert (Query().newest_first, Query().is_consistent) == (False, False)


@pytest.mark.parametrize(
    "query",
    [
        Query(filters={"source": ("a",)}),
        Query(ranges={"local_avg": Range()}),
        Query(without=("source",)),
        Query(import_id=IMPORT),
    ],
)
def test_each_filter_leaves_out_records_that_are_read(query):
    assert query.is_filtered
    assert not Query(DATE, "10", "11").is_filtered


@pytest.mark.parametrize(
    ("query", "date", "ends"),
    [
        (Query(DATE), "", (FIRST, AFTER)),
        (Query(DATE, "10", "11"), "", ("10", "11" + AFTER)),
        (Query(time_to="10:00:00#device"), "", (FIRST, "10:00:00#device\U0010ffff")),
        (Query(date_from=DATE, first_time="10"), DATE, ("10", AFTER)),
        (Query(date_from=DATE, first_time="10"), NEXT, (FIRST, AFTER)),
        (Query(date_from=DATE, first_time="10"), "", (FIRST, AFTER)),
        (Query(date_to=DATE, last_time="10"), DATE, (FIRST, "10" + AFTER)),
        (Query(date_to=DATE, last_time="10"), NEXT, (FIRST, AFTER)),
        (Query(date_to=DATE, last_time="10"), "", (FIRST, AFTER)),
        (Query(first_time="10", last_time="11"), "", (FIRST, AFTER)),
        (Query("", "09", "12", date_from=DATE, first_time="10"), DATE, ("10", "12" + AFTER)),
        (Query("", "09", "12", date_to=DATE, last_time="13"), DATE, ("09", "12" + AFTER)),
    ],
)
def test_times_lie_between_the_ends_of_the_day_and_of_its_date(query, date, ends):
    assert query.ends(date) == ends


@pytest.mark.parametrize(
    ("query", "is_empty"),
    [
        (Query(DATE, "10", "10"), False),
        (Query(DATE, "11", "10"), True),
        (Query(DATE, "10" + AFTER, "10"), False),
        (Query(DATE), False),
    ],
)
def test_a_query_is_empty_where_its_end_lies_before_its_beginning(query, is_empty):
    assert query.is_empty() == is_empty


BASIC = [["", "", ""], "", "", [], [], False]


@pytest.mark.parametrize(
    ("query", "identity"),
    [
        (Query(), BASIC),
        (Query(is_consistent=True), BASIC),
        (Query(DATE, "10", "11", newest_first=True), [[DATE, "", ""], "10", "11", [], [], True]),
        (Query(date_from=DATE, date_to=NEXT), [["", DATE, NEXT], "", "", [], [], False]),
        (
            Query(filters={"source": ("b", "a"), "local_avg": (Decimal(1),)}),
            [*BASIC[:3], [("local_avg", ["1"]), ("source", ["a", "b"])], [], False],
        ),
        (
            Query(ranges={"local_avg": Range(Decimal(1), None)}),
            [*BASIC[:4], [("local_avg", "1", "None")], False],
        ),
        (Query(without=("source", "location")), [*BASIC, ["location", "source"]]),
        (Query(import_id=IMPORT), [*BASIC, IMPORT]),
        (Query(first_time="10"), [*BASIC, ["10", ""]]),
        (Query(last_time="10"), [*BASIC, ["", "10"]]),
    ],
)
def test_a_cursor_is_bound_to_what_is_asked(query, identity):
    """In these very words: cursors that are under way must go on after an upgrade."""
    assert query.identity() == identity


def test_without_filters_only_the_key_is_asked_for():
    assert Query(DATE, "10", "11").expression(f"{DATE}#3", MESSAGE) == {
        "KeyConditionExpression": "#n0 = :v2 AND #n1 BETWEEN :v0 AND :v1",
        "ExpressionAttributeNames": {"#n0": "date", "#n1": "time"},
        "ExpressionAttributeValues": {
            ":v0": {"S": "10"},
            ":v1": {"S": "11" + AFTER},
            ":v2": {"S": f"{DATE}#3"},
        },
    }


def test_the_ends_of_a_date_hold_in_each_of_its_partitions():
    asked = Query(date_from=DATE, first_time="10").expression(f"{DATE}#3", MESSAGE)
    assert asked["ExpressionAttributeValues"][":v0"] == {"S": "10"}


@pytest.mark.parametrize(
    ("query", "expression", "values"),
    [
        (Query(filters={"source": ("a", "b")}), "#n2 IN (:v3, :v4)", [{"S": "a"}, {"S": "b"}]),
        (
            Query(ranges={"local_avg": Range(Decimal(1), Decimal(2))}),
            "#n2 >= :v3 AND #n2 <= :v4",
            [{"N": "1"}, {"N": "2"}],
        ),
        (Query(ranges={"local_avg": Range(None, Decimal(2))}), "#n2 <= :v3", [{"N": "2"}]),
        (Query(ranges={"local_avg": Range(Decimal(1), None)}), "#n2 >= :v3", [{"N": "1"}]),
        (Query(without=("source",)), "attribute_not_exists(#n2)", []),
        (Query(import_id=IMPORT), "#n2.#n3 = :v3", [{"S": IMPORT}]),
        (
            Query(filters={"source": ("a",)}, without=("location",)),
            "#n2 IN (:v3) AND attribute_not_exists(#n3)",
            [{"S": "a"}],
        ),
    ],
)
def test_each_filter_is_a_condition(query, expression, values):
    asked = query.expression(DATE, MESSAGE)
    assert asked["FilterExpression"] == expression
    assert list(asked["ExpressionAttributeValues"].values())[3:] == values


@pytest.mark.parametrize(
    ("time", "is_one"),
    [("", False), ("1", True), ("1" * 1000, True), ("1" * 1001, False), ("ü" * 501, False)],
)
def test_a_time_in_a_key_has_up_to_a_thousand_bytes(time, is_one):
    assert can_be_time(time) == is_one
    assert len(Query(time_from=time).ends()[0].encode()) <= 1000


def test_dynamodb_takes_a_hundred_alternatives():
    assert MAX_ALTERNATIVES == 100
