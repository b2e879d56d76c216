"""Rankings against ones that plain Python makes of the table."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from columns.asking.question import SummaryQuestion
from columns.asking.ranking import COLUMNS, Order, rank
from columns.pages.ranking.spans import before
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import build_record
from messages_app.store import day_index
from messages_app.store.query import Query
from tests.messages_app.columns.test_asking import (
    DATE,
    asked_at_random,
    build_all,
    close_to,
    go_on,
    made_up,
    stored,
    summed,
    write,
)
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


def in_order(wanted, order):
    """The names of groups, each with *count, mean, min, max, p50, p95* and *last*."""
    places = {"count": 0, "mean": 1, "min": 2, "max": 3, "p50": 4, "p95": 5}

    def value(name):
        if order.column == "name":
            return name
        if name not in wanted:
            return None
        own, last, _ = wanted[name]
        return last if order.column == "last" else own[places[order.column]]

    return value


def check(found, question, order, before_, records):
    now = summed(question, records)
    earlier = summed(replace(question, query=before_), records) if before_ else {}
    assert {one.name for one in found.groups} == {*now, *earlier}
    assert found.total == len(found.groups)
    for one in found.groups:
        for group, numbers in ((one.now, now), (one.before, earlier)):
            assert (group is None) == (one.name not in numbers)
            if group is not None:
                own, last, _ = numbers[one.name]
                values = [group.count, group.mean, group.min, group.max, group.p50, group.p95]
                assert values == close_to(own)
                assert group.last == last
        if one.now and question.measure:
            means = [own[1] for _, own in sorted(now[one.name][2].items())]
            assert [point.mean for point in one.now.series] == close_to(means)
    value = in_order(now, order)
    names = [one.name for one in found.groups]
    values = [value(name) for name in names]
    present = [one for one in values if one is not None]
    assert values[len(present) :] == [None] * (len(values) - len(present))
    rounded = [round(one, 9) if isinstance(one, float) else one for one in present]
    assert rounded == sorted(rounded, reverse=order.descending)


@pytest.mark.parametrize("seed", range(4))
def test_every_number_and_their_order_are_those_of_the_table(seed):
    chance = random.Random(seed)
    repository = BUILTIN.repository
    write(repository, [made_up(chance) for _ in range(120)])
    complete = 0
    for _ in range(10):
        records = list(repository.all(Query(is_consistent=True)))
        question = asked_at_random(chance)
        question = replace(question, by=chance.choice(["location", "source"]), bucket=7_200)
        order = Order(chance.choice(COLUMNS), chance.random() < 0.5)
        earlier = before(question.query) if chance.random() < 0.5 else None
        found = rank(BUILTIN, question, order, before=earlier)
        if found.is_complete:
            complete += 1
            check(found, question, order, earlier, records)
        go_on(chance, repository, records)
    assert complete > 5


def by_location(**more):
    return SummaryQuestion(Query(**more), "location", "local_avg", 3_600)


def test_all_groups_are_sorted_before_a_page_is_taken():
    rows = [
        record(MOMENT + n, location=f"place {n}", local_avg=Decimal(n * 8 % 105))
        for n in range(105)
    ]
    write(BUILTIN.repository, rows)
    pages = [rank(BUILTIN, by_location(), Order("mean", True), page) for page in (1, 2, 3)]
    means = [[one.now.mean for one in page.groups] for page in pages]
    assert means == [list(range(104, 4, -1)), [4, 3, 2, 1, 0], []]
    assert {page.total for page in pages} == {105}


def test_records_without_a_value_are_a_group_with_a_line():
    kind = climate.make(
        fields=[*climate.FIELDS, {"name": "room", "type": "text", "required": False}]
    )
    for second, room in enumerate((None, "attic", None)):
        values = {"at": MOMENT + second, "sensor": "a", "temperature": Decimal(20 + second)}
        values |= {"humidity": Decimal(4)} | ({"room": room} if room else {})
        kind.repository.insert(build_record(kind.schema, values))
    found = rank(kind, SummaryQuestion(Query(), "room", "temperature", 60), Order("count", True))
    assert [(one.name, one.now.count) for one in found.groups] == [(None, 2), ("attic", 1)]
    assert all(one.now.series for one in found.groups)


def test_a_day_that_is_not_read_is_told():
    rows = stored()
    BUILTIN.repository.update(rows[0], {"local_avg": rows[1].values["local_avg"]})
    day_index.add({DATE: 1_000_000})
    assert not rank(BUILTIN, by_location(), Order("mean", True)).is_complete
    later = by_location(date_from="2019-05-29")
    assert rank(BUILTIN, later, Order("mean", True)).is_complete
    assert not rank(BUILTIN, later, Order("mean", True), before=before(later.query)).is_complete


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        (Query("2019-05-28"), "2019-05-27", "2019-05-27"),
        (Query(date_from="2019-05-20", date_to="2019-05-26"), "2019-05-13", "2019-05-19"),
        (
            Query(date_from="2019-05-28", first_time="06", date_to="2019-05-28", last_time="18"),
            "2019-05-27T18:00:00.000000",
            "2019-05-28T05:59:59.999999",
        ),
    ],
)
def test_the_span_before_has_the_same_length(query, first, last):
    earlier = before(query)
    ends = [(earlier.date_from, earlier.first_time), (earlier.date_to, earlier.last_time)]
    assert ["T".join(filter(None, end)) for end in ends] == [first, last]


@pytest.mark.parametrize("query", [Query(), Query("0001-01-01"), Query(date_to="2019-05-28")])
def test_without_a_beginning_there_is_no_span_before(query):
    assert before(query) is None


def test_groups_that_were_are_last_where_they_have_no_number():
    write(BUILTIN.repository, [record(MOMENT, location="here"), record(MOMENT - 86_400)])
    build_all()
    query = by_location(date=DATE)
    found = rank(BUILTIN, query, Order("mean", False), before=before(query.query))
    [here, gone] = found.groups
    assert (here.name, here.before) == ("here", None)
    assert (gone.now, gone.before.count) == (None, 1)
