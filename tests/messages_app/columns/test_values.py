"""Values and their counts against those that plain Python finds in the table."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from columns.asking.values import BINS, near, values
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store import day_index
from messages_app.store.query import Query
from tests.messages_app.columns.test_asking import (
    DATE,
    asked_at_random,
    go_on,
    made_up,
    matches,
    stored,
    write,
)
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
SCHEMA = BUILTIN.schema


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


def besides(query, name):
    filters = {one: some for one, some in query.filters.items() if one != name}
    ranges = {one: some for one, some in query.ranges.items() if one != name}
    return replace(query, filters=filters, ranges=ranges)


def found_in(records, query, name):
    own = besides(query, name)
    return [one.values[name] for one in records if matches(own, one)]


def bins(numbers):
    low, high = min(numbers), max(numbers)
    width = (high - low) / BINS or 1.0
    places = Counter(min(BINS - 1, int((one - low) // width)) for one in numbers)
    return low, high, sum(places.values())


def check(found, query, records, search):
    for one in found.texts:
        counts = Counter(found_in(records, query, one.name))
        wanted = {value: n for value, n in counts.items() if search.lower() in value.lower()}
        assert dict(one.values) == wanted
        assert one.values == sorted(one.values, key=lambda pair: (-pair[1], pair[0]))
        assert one.total == len(wanted)
    by_name = {one.name: one for one in found.numbers}
    for field in SCHEMA.measures if not search else []:
        numbers = list(map(float, found_in(records, query, field.name)))
        assert (field.name in by_name) == bool(numbers)
        if numbers:
            own = by_name[field.name]
            assert (own.low, own.high, sum(own.counts)) == bins(numbers)


@pytest.mark.parametrize("seed", range(4))
def test_every_count_is_that_of_the_table(seed):
    chance = random.Random(seed)
    repository = BUILTIN.repository
    write(repository, [made_up(chance) for _ in range(120)])
    complete = 0
    for _ in range(8):
        records = list(repository.all(Query(is_consistent=True)))
        query, search = asked_at_random(chance).query, chance.choice(["", "", "Ay", "'", "%"])
        read = values(BUILTIN, query, search)
        if read.is_complete:
            complete += 1
            check(read.found, query, records, search)
        go_on(chance, repository, records)
    assert complete > 4


def test_numbers_fall_into_twenty_equal_parts():
    numbers = enumerate((0, 1, 1, 10, 19, 20))
    write(BUILTIN.repository, [record(MOMENT + n, local_avg=Decimal(one)) for n, one in numbers])
    [own, *_] = [one for one in values(BUILTIN, Query()).found.numbers if one.name == "local_avg"]
    assert (own.low, own.high) == (0, 20)
    assert [(place, n) for place, n in enumerate(own.counts) if n] == [
        (0, 1),
        (1, 2),
        (10, 1),
        (19, 2),
    ]


def test_a_field_whose_values_are_all_equal_has_one_bar():
    stored(3)
    [own] = [one for one in values(BUILTIN, Query()).found.numbers if one.name == "remote_avg"]
    assert (own.low, own.high, own.counts[0]) == (9.09, 9.09, 3)


def test_the_most_frequent_are_shown_and_the_others_counted():
    rows = [record(MOMENT + n, location=f"place {n}") for n in range(203)]
    write(BUILTIN.repository, [*rows, record(MOMENT + 300, location="place 202")])
    [own, *_] = values(BUILTIN, Query()).found.texts
    assert (len(own.values), own.total, own.values[0]) == (200, 203, ("place 202", 2))
    [own, *_] = values(BUILTIN, Query(), "ce 19").found.texts
    assert own.total == 11


def test_near_values_are_found_among_all():
    rows = [record(MOMENT + n, remote_dest=f"device-{n}") for n in range(300)]
    write(BUILTIN.repository, rows)

    def offered(wanted):
        return near(BUILTIN, Query(DATE), {"remote_dest": wanted}).found

    assert offered("device-299x")["remote_dest"].values[0] == "device-299"
    assert offered("DEVICE-7")["remote_dest"].values[0] == "device-7"
    assert offered("device-7") == {}
    assert offered("DEVICE-7")["remote_dest"].are_like
    others = offered("qqq")["remote_dest"]
    assert (others.are_like, len(others.values)) == (False, 3)


def test_a_day_that_is_not_read_is_told():
    rows = stored()
    BUILTIN.repository.update(rows[0], {"local_avg": Decimal(50)})
    day_index.add({DATE: 1_000_000})
    assert not values(BUILTIN, Query()).is_complete
    assert not near(BUILTIN, Query(), {"location": "x"}).is_complete
    assert values(BUILTIN, Query("2019-05-29")).is_complete
