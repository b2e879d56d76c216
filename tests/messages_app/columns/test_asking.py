"""Answers from columns against sums that plain Python makes of the table."""

import math
import os
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.conf import settings

from columns import building, files
from columns.asking import cache
from columns.asking.ask import ask
from columns.asking.question import BUCKETS, SummaryQuestion, TooMuch
from common.aws import s3
from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Origin
from messages_app.schema.types import as_text
from messages_app.store import day_index
from messages_app.store.conditional.taking_back import Reversal
from messages_app.store.noted import open_writes
from messages_app.store.query import Query, Range
from tests.messages_app.columns.quiet import let_time_pass
from tests.messages_app.records import MOMENT, is_within, record
from tests.pages.record_pages import AskedOfDynamoDB

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

DATE = "2019-05-28"
DAY = 86_400
IMPORT = "0b2e6a0e-3c1f-4c53-8a52-6b6f7d4b9c55"


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


def made_up(chance):
    seconds = Decimal(chance.randrange(4 * DAY * 1_000_000)) / 1_000_000
    return record(
        MOMENT.quantize(Decimal(1)) + seconds,
        origin=chance.choice([None, Origin(IMPORT, chance.randrange(2, 10**6))]),
        location=chance.choice(["harbour", "quay", "ü'\"", "north"]),
        source=chance.choice(["wireless", "wired"]),
        local_avg=Decimal(chance.randrange(10**6)) / 1000,
        remote_avg=Decimal(chance.randrange(10)),
    )


def write(repository, records):
    placed = repository.insert_many(records, "keep", Deadline(20))
    day_index.add({one.key[0]: 1 for one in placed})


def percentile(values, share):
    values, place = sorted(values), share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def matches(query, one):
    texts = {name: as_text(value) for name, value in one.values.items()}
    return (
        is_within(query, one)
        and all(texts[name] in map(as_text, some) for name, some in query.filters.items())
        and all(
            (range_.minimum is None or one.values[name] >= range_.minimum)
            and (range_.maximum is None or one.values[name] <= range_.maximum)
            for name, range_ in query.ranges.items()
        )
        and (not query.import_id or getattr(one.import_origin, "import_id", "") == query.import_id)
    )


def moment(one):
    """To the microsecond, as files have it."""
    plain = one.time.partition("~")[0].partition("#")[0]
    return datetime.fromisoformat(f"{one.date} {plain[:15]}")


def start_of(one, bucket):
    seconds = int(moment(one).replace(tzinfo=UTC).timestamp())
    return datetime.fromtimestamp(seconds // bucket * bucket, UTC)


def summed(question, records):
    """By group: count, mean, least, most, p50, p95, last, and the same of each bucket."""
    by_group = defaultdict(list)
    for one in records:
        if matches(question.query, one):
            by_group[one.values[question.by] if question.by else None].append(one)
    return {
        name: (numbers(question, some, 0.5, 0.95), max(map(moment, some)), points(question, some))
        for name, some in by_group.items()
    }


def numbers(question, some, *shares):
    values = [float(one.values[question.measure]) for one in some] if question.measure else []
    if not values:
        return [len(some), None, None, None, None, None]
    mean = math.fsum(values) / len(values)
    return [
        *(len(some), mean, min(values), max(values)),
        *(percentile(values, share) for share in shares),
    ]


def points(question, some):
    by_start = defaultdict(list)
    for one in some if question.bucket else []:
        by_start[start_of(one, question.bucket)].append(one)
    return {start: numbers(question, few, 0.1, 0.9) for start, few in by_start.items()}


def check(question, answer, records):
    wanted = summed(question, records)
    assert {group.name for group in answer.groups} == set(wanted)
    for group in answer.groups:
        own, last, series = wanted[group.name]
        found = [group.count, group.mean, group.min, group.max, group.p50, group.p95]
        assert found == close_to(own)
        assert group.last == last
        assert [point.start for point in group.series] == sorted(series)
        for point in group.series:
            found = [point.count, point.mean, point.min, point.max, point.p10, point.p90]
            assert found == close_to(series[point.start])


def close_to(numbers):
    return [one if one is None else pytest.approx(one, rel=1e-9) for one in numbers]


def asked_at_random(chance):
    date = f"2019-05-{chance.randrange(27, 33):02}" if chance.random() < 0.3 else ""
    query = Query(date.replace("05-32", "06-01"))
    if chance.random() < 0.3:
        query = replace(query, date_from="2019-05-29", date_to=chance.choice(["", "2019-05-30"]))
        ends = {"first_time": chance.choice(["", "09", "23:30"]), "last_time": "10:55"}
        query = replace(query, date="", **(ends if query.date_to else {}))
    if chance.random() < 0.3:
        query = replace(query, time_from=chance.choice(["", "07", "10:55"]), time_to="19:30")
    if chance.random() < 0.4:
        query = replace(query, filters={"location": ("quay", "ü'\"")})
    if chance.random() < 0.3:
        few = tuple(Decimal(one) for one in (1, 2, 5))
        query = replace(query, filters={**query.filters, "remote_avg": few})
    if chance.random() < 0.4:
        query = replace(query, ranges={"local_avg": Range(Decimal("100.5"), None)})
    if chance.random() < 0.3:
        query = replace(query, import_id=IMPORT)
    return SummaryQuestion(
        query,
        chance.choice(["", "location", "source"]),
        chance.choice(["", "local_avg", "remote_avg"]),
        chance.choice([0, 0, *BUCKETS.values()]),
    )


def change(chance, repository, records):
    """Something that people and programs do to records."""
    some = chance.sample(records, 3)
    kind = chance.randrange(4)
    if kind == 0:
        write(repository, [made_up(chance) for _ in range(20)])
    elif kind == 1:
        repository.delete(some[0])
    elif kind == 2:
        repository.update(some[0], {"local_avg": Decimal(chance.randrange(999))})
    else:
        repository.take_back([Reversal(one) for one in some], Deadline(9))


def go_on(chance, repository, records):
    """Records change, or some days are built, or nothing happens."""
    step = chance.randrange(3)
    if step == 0:
        change(chance, repository, records)
    elif step == 1:
        let_time_pass()
        for date in list(files.due("messages"))[:2]:
            building.build(BUILTIN, date, Deadline(20))


@pytest.mark.parametrize("seed", range(6))
def test_every_number_is_that_of_the_table_or_the_answer_says_that_it_is_not(seed):
    chance = random.Random(seed)
    repository = BUILTIN.repository
    write(repository, [made_up(chance) for _ in range(150)])
    complete = 0
    for _ in range(12):
        records = list(repository.all(Query(is_consistent=True)))
        question = asked_at_random(chance)
        answer = ask(BUILTIN, question)
        if answer.is_complete:
            complete += 1
            check(question, answer, records)
        go_on(chance, repository, records)
    assert complete > 6


def build_all():
    let_time_pass()
    for date in files.due("messages"):
        building.build(BUILTIN, date, Deadline(20))


def stored(count=3):
    rows = [record(MOMENT + n * DAY, local_avg=Decimal(n)) for n in range(count)]
    write(BUILTIN.repository, rows)
    build_all()
    return rows


def ask_all(**more):
    return ask(BUILTIN, SummaryQuestion(Query(**more), "", "local_avg"))


def test_a_day_that_changed_and_is_large_makes_the_answer_incomplete():
    rows = stored()
    BUILTIN.repository.update(rows[0], {"local_avg": Decimal(50)})
    day_index.add({DATE: 1_000_000})
    answer = ask_all()
    assert not answer.is_complete
    assert (answer.groups[0].count, answer.groups[0].max) == (3, 2)
    [state] = files.states("messages", DATE, DATE)
    assert answer.as_of == state.file.read_at
    assert ask_all(date_from="2019-05-29").is_complete


def test_a_small_day_that_changed_is_read_from_the_table():
    rows = stored()
    BUILTIN.repository.update(rows[0], {"local_avg": Decimal(50)})
    answer = ask_all()
    assert answer.is_complete
    assert answer.groups[0].max == 50
    assert not any(path.is_dir() for path in cache.folder().iterdir())


def test_what_was_read_from_the_table_serves_until_the_day_changes():
    rows = stored()
    BUILTIN.repository.update(rows[0], {"local_avg": Decimal(50)})
    with AskedOfDynamoDB() as first:
        assert ask_all().groups[0].max == 50
    with AskedOfDynamoDB() as second:
        assert ask_all().groups[0].max == 50
    assert first.operations
    assert second.operations == []
    BUILTIN.repository.update(rows[0], {"local_avg": Decimal(60)})
    assert ask_all().groups[0].max == 60


def test_what_cannot_be_read_in_time_makes_the_answer_incomplete(settings):
    rows = stored()
    BUILTIN.repository.update(rows[0], {"local_avg": Decimal(50)})
    settings.COLUMNS_READ_SECONDS = 0
    answer = ask_all()
    assert not answer.is_complete
    assert answer.groups[0].max == 2


def test_what_was_read_during_a_write_serves_once():
    rows = stored()
    with open_writes.noted([DATE]):
        BUILTIN.repository.update(rows[0], {"local_avg": Decimal(50)})
        assert ask_all().groups[0].max == 50
        with AskedOfDynamoDB() as again:
            assert ask_all().groups[0].max == 50
    assert again.operations


def test_what_a_killed_process_left_goes_when_it_is_old():
    left = cache.folder() / f"{cache.READ_NOW}left"
    left.mkdir()
    os.utime(left, (0, 0))
    stored(1)
    ask_all()
    assert not left.exists()


def keys():
    return s3.keys(settings.DATA_BUCKET, files.PREFIX)


def test_a_file_that_is_gone_makes_the_answer_incomplete():
    stored()
    s3.delete_all(settings.DATA_BUCKET, keys()[0], 1)
    answer = ask_all()
    assert (answer.is_complete, answer.groups[0].count) == (False, 2)


def test_a_file_that_cannot_be_read_is_left_out_and_built_again():
    stored()
    key = keys()[0]
    size = len(s3.read(settings.DATA_BUCKET, key))
    s3.put(settings.DATA_BUCKET, key, b"x" * size, "")
    answer = ask_all()
    assert (answer.is_complete, answer.groups[0].count) == (False, 2)
    build_all()
    answer = ask_all()
    assert (answer.is_complete, answer.groups[0].count) == (True, 3)


def test_a_copy_that_was_cut_off_is_fetched_again():
    stored()
    ask_all()
    for path in cache.folder().iterdir():
        path.write_bytes(b"PAR1")
    assert ask_all().is_complete


def test_a_disk_that_takes_no_copies_makes_the_answer_incomplete(settings, tmp_path):
    stored()
    (tmp_path / "file").touch()
    folder = tmp_path / "columns"
    folder.mkdir()
    for row in (state.file for state in files.states("messages")):
        (folder / f"{row.name}.parquet").mkdir()
    answer = ask_all()
    assert (answer.is_complete, answer.groups) == (False, [])


def test_copies_take_no_more_room_than_they_may(settings):
    rows = stored(1)
    settings.COLUMNS_CACHE_MB = 1
    (cache.folder() / "old.parquet").write_bytes(bytes(1024**2))
    ask_all()
    assert [path.stat().st_size < 10_000 for path in cache.folder().iterdir()] == [True]
    assert rows


def test_a_question_whose_files_are_larger_than_all_copies_may_be_is_refused(settings):
    stored(1)
    settings.COLUMNS_CACHE_MB = 0
    with pytest.raises(TooMuch, match="too large"):
        ask_all()


def test_days_without_records_are_no_gap():
    assert (ask_all().is_complete, ask_all().groups) == (True, [])
    stored()
    assert ask_all(date="2018-01-01").is_complete
