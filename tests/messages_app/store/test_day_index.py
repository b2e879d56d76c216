"""The register of days."""

import pytest

from messages_app.models import Day, OpenWrite
from messages_app.store import day_index
from messages_app.store.expiring import retention
from messages_app.store.expiring.moments import first_kept

pytestmark = pytest.mark.django_db


def counts(kind="messages"):
    return dict(Day.objects.filter(kind=kind).values_list("date", "count"))


def dates(**asked):
    asked = {"first": "", "last": "", "newest_first": False, **asked}
    return list(day_index.between(**asked))


DAYS = [f"2019-05-{day}" for day in (27, 28, 29)]


def test_a_day_is_of_one_kind():
    day_index.register(DAYS[:2])
    day_index.register(DAYS[1:], "climate")
    day_index.add({DAYS[1]: 3}, "climate")
    assert (counts(), counts("climate")) == (dict.fromkeys(DAYS[:2], 0), {DAYS[1]: 3, DAYS[2]: 0})
    assert dates() == DAYS[:2]
    assert dates(kind="climate") == DAYS[1:]


def test_what_adds_nothing_is_no_statement(django_assert_num_queries):
    day_index.register(DAYS)
    with django_assert_num_queries(0):
        day_index.add({DAYS[0]: 0})
    with django_assert_num_queries(1):
        day_index.add({DAYS[0]: 1, DAYS[1]: 2})


def test_one_number_for_all_and_several_are_added_alike():
    day_index.register(DAYS)
    day_index.add(dict.fromkeys(DAYS, 2))
    day_index.add({DAYS[0]: 1, DAYS[2]: -2})
    assert list(counts().values()) == [3, 2, 0]


@pytest.mark.parametrize("kind", ["messages", "climate"])
def test_a_step_for_more_dates_than_a_statement_takes(kind):
    many = [
        f"{year}-{month:02}-{day:02}"
        for year in (2018, 2019)
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    day_index.register(many, kind)
    day_index.add({date: number + 1 for number, date in enumerate(many)}, kind)
    assert list(counts(kind).values()) == [number + 1 for number in range(len(many))]
    assert dates(kind=kind) == many


def test_dates_that_have_more_records_than_those_told_of():
    day_index.register([*DAYS, "2019-05-30"])
    day_index.add(dict(zip(DAYS, (1, 2, 3), strict=True)))
    assert day_index.dates_besides({}) == DAYS
    assert day_index.dates_besides({DAYS[1]: 2, DAYS[2]: 2}) == [DAYS[0], DAYS[2]]
    assert day_index.dates_besides({}, "climate") == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, DAYS),
        ({"first": DAYS[1]}, DAYS[1:]),
        ({"last": DAYS[1]}, DAYS[:2]),
        ({"newest_first": True, "last": DAYS[1]}, DAYS[1::-1]),
    ],
)
def test_bounds_are_included(asked, expected):
    day_index.register(DAYS)
    assert dates(**asked) == expected


def test_a_few_days_take_one_statement(django_assert_num_queries):
    day_index.register(DAYS)
    with django_assert_num_queries(1):
        dates()


def test_days_that_have_expired_are_not_shown():
    first = first_kept(30)
    day_index.register(["2019-05-28", first])
    day_index.register(["2019-05-28"], "climate")
    retention.known.hold({"messages": 30})
    assert dates() == [first]
    assert dates(kind="climate") == ["2019-05-28"]
    assert day_index.shown().count() == 2


def test_counted_anew_a_kind_has_just_these_days():
    day_index.register(DAYS)
    day_index.register(DAYS, "climate")
    day_index.replace({DAYS[0]: 5, "2019-06-01": 2})
    assert counts() == {DAYS[0]: 5, "2019-06-01": 2}
    assert list(counts("climate")) == DAYS
    assert OpenWrite.objects.filter(kind="messages").count() == 1
    assert Day.objects.filter(kind="messages", mark=0).count() == 0
