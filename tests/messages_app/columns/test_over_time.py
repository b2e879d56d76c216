"""What charts are drawn from, against sums that plain Python makes of the records."""

import math
import random
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

import pytest

from columns import building, files
from columns.asking.over_time import MAX_GROUPS, MAX_RECORDS, over_time
from columns.asking.spans import length_of_spans
from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import build_record
from messages_app.store.query import Query, Range
from tests.messages_app.columns.quiet import let_time_pass
from tests.messages_app.columns.test_asking import close_to, matches, percentile, write
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.usefixtures("aws", "db")

HOUR, DAY = 3_600, 86_400
START = MOMENT.quantize(Decimal(1))
MEASURES = ["local_avg", "remote_avg"]


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


def made_up(chance, places):
    seconds = Decimal(chance.randrange(3 * DAY * 1_000_000)) / 1_000_000
    return record(
        START + seconds,
        location=f"place {min(chance.randrange(places), chance.randrange(places))}",
        source=chance.choice(["wireless", "ü'\""]),
        local_avg=Decimal(chance.randrange(10**6)) / 1000,
        remote_avg=Decimal(chance.randrange(10)),
    )


def values_of(records, measure):
    return [float(one.values[measure]) for one in records if measure in one.values]


def moment_of(one):
    """To the microsecond, as files of columns have it."""
    return math.floor(one.values["timestamp"] * 1_000_000) / 1_000_000


def numbers(records):
    found = [values_of(records, measure) for measure in MEASURES]
    return [(min(some), math.fsum(some) / len(some), max(some)) for some in found]


def point(seconds, number, values):
    return close_to(
        [
            *(number * seconds, len(values), math.fsum(values) / len(values)),
            *(min(values), max(values), percentile(values, 0.1), percentile(values, 0.9)),
        ]
    )


def check_line(line, records, seconds):
    assert line.count == len(records)
    assert list(map(list, line.numbers)) == [close_to(one) for one in numbers(records)]
    for measure, points in zip(MEASURES, line.points, strict=True):
        if not seconds:
            own = sorted((moment_of(one), float(one.values[measure])) for one in records)
            assert sorted(points) == own
            assert [x for x, _ in points] == [x for x, _ in own]
            continue
        by_span = defaultdict(list)
        for one in records:
            by_span[math.floor(moment_of(one) / seconds)].append(one)
        assert list(map(list, points)) == [
            point(seconds, number, values_of(some, measure))
            for number, some in sorted(by_span.items())
        ]


def check(found, records, by):
    groups = defaultdict(list)
    for one in records:
        groups[one.values[by] if by else None].append(one)
    moments = [moment_of(one) for one in records]
    assert found.ends == (min(moments), max(moments))
    assert (found.all.count, found.groups) == (len(records), len(groups))
    assert list(map(list, found.all.numbers)) == [close_to(one) for one in numbers(records)]
    largest = sorted(groups, key=lambda name: (-len(groups[name]), name))[:MAX_GROUPS]
    assert [line.name for line in found.lines] == largest
    assert (found.seconds == 0) == (len(records) <= MAX_RECORDS)
    for line in found.lines:
        check_line(line, groups[line.name], found.seconds)


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_that_of_the_records(seed):
    chance = random.Random(seed)
    repository = BUILTIN.repository
    write(repository, [made_up(chance, 20) for _ in range(700)])
    if chance.random() < 0.5:
        let_time_pass()
        for date in list(files.due("messages"))[:2]:
            building.build(BUILTIN, date, Deadline(20))
    for _ in range(2):
        for query in (
            Query(),
            Query(time_from="07", time_to="19:30"),
            Query(filters={"source": ("wireless",)}, date_from="2019-05-29"),
            Query(ranges={"local_avg": Range(Decimal(900), None)}),
        ):
            by = chance.choice(["", "location", "source"])
            records = [one for one in repository.all(Query()) if matches(query, one)]
            found = over_time(BUILTIN, query, by, MEASURES)
            assert found.is_complete
            check(found, records, by)
        few = chance.sample(list(repository.all(Query())), 3)
        repository.delete(few[0])
        repository.update(few[1], {"local_avg": Decimal(chance.randrange(10**6))})
        write(repository, [made_up(chance, 20)])


def test_a_span_without_records_has_no_point():
    times = [*range(600), *range(3_000, 3_600)]
    write(BUILTIN.repository, [record(START + one) for one in times])
    found = over_time(BUILTIN, Query(), "", MEASURES)
    assert found.seconds == 10
    steps = [later[0] - former[0] for former, later in pairwise(found.lines[0].points[0])]
    assert sorted(set(steps))[0] == 10
    assert max(steps) >= 2_400
    assert sum(one[1] for one in found.lines[0].points[0]) == len(times)


def test_records_without_a_number_make_no_point_of_it_and_without_a_text_a_group_of_their_own():
    kind = climate.make(fields=[*climate.FIELDS, PLACE])
    records = [
        build_record(
            kind.schema,
            {
                "at": START + number,
                "sensor": "a",
                "temperature": Decimal(number),
                "humidity": Decimal(40),
                **({"battery": Decimal(80)} if number < 5 else {"place": "roof"}),
            },
        )
        for number in range(600)
    ]
    placed = kind.repository.insert_many(records, "keep", Deadline(20))
    assert len(placed) == 600
    found = over_time(kind, Query(), "place", ["temperature", "battery"])
    assert [(line.name, line.count) for line in found.lines] == [("roof", 595), (None, 5)]
    roof, none = found.lines
    assert (roof.points[1], roof.numbers[1]) == ([], (None, None, None))
    assert sum(one[1] for one in none.points[1]) == 5
    assert none.numbers[1] == (80, 80, 80)


PLACE = {"name": "place", "type": "text", "required": False}


def test_nothing_that_matches_is_no_line():
    found = over_time(BUILTIN, Query(), "location", MEASURES)
    assert (found.all.count, found.groups, found.lines, found.is_complete) == (0, 0, [], True)
    assert found.all.numbers == [(None, None, None)] * 2


@pytest.mark.parametrize("seconds", [0.5, 1, 90, 3_599, DAY, 31 * DAY, 3_650 * DAY, 18_300 * DAY])
def test_a_screen_shows_all_spans_and_they_are_not_few(seconds):
    length = length_of_spans(int(seconds * 1_000_000), 400)
    count = seconds * 1_000_000 / length
    assert 160 <= count <= 400
