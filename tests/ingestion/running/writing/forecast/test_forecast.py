"""A forecast on its way: what it says, what it leaves alone, and what becomes of it."""

import random

import pytest

from common import meters
from common.deadline import Deadline
from ingestion.models import Import, State
from ingestion.running import lifecycle
from ingestion.running.write import write
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    counts,
    line,
    lines,
    records,
    run,
    start,
)
from tests.ingestion.running.writing.forecast.forecasting import (
    became,
    forecast,
    foretold,
    make_real,
)
from tests.messages_app.retention.days import keep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

MIXED = HEADER + line(0) + line(1) + line(5, second=1) + "wrong\n" + line(9) + line(9)


@pytest.fixture
def tiny_chunks(settings):
    settings.CHUNK_BYTES = 64


def test_it_says_what_is_new_equal_in_conflict_and_rejected():
    run(HEADER + line(0) + line(8, second=1))
    import_ = forecast(MIXED)
    assert foretold(import_) == {"read": 6, "new": 1, "equal": 2, "conflict": 2, "rejected": 1}


def test_a_file_of_a_header_alone_has_an_end_too():
    import_ = forecast(HEADER)
    assert (import_.state, import_.error_code) == (State.FAILED, "no_rows")


def rows_counted():
    """What the metrics of this process tell of rows."""
    return sum(one.value for metric in meters.ROWS.collect() for one in metric.samples)


def test_it_writes_nothing(tiny_chunks):
    before = rows_counted()
    import_ = forecast(MIXED)
    assert rows_counted() == before
    assert foretold(import_)["read"] == 6
    assert records() == []
    assert not Day.objects.exists()
    assert import_.new_by_date() == {}


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_made_real_it_becomes_the_import(tiny_chunks, policy):
    run(HEADER + line(0) + line(8, second=1))
    import_ = forecast(MIXED, on_conflict=policy)
    said = foretold(import_)
    make_real(import_)
    assert became(import_) == said
    assert Day.objects.get().count == len(records())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_the_order_of_its_tasks_and_of_the_imports_makes_no_difference(tiny_chunks, policy, seed):
    text = HEADER + "".join(line(one, second=one % 4) for one in range(10))
    chance = random.Random(seed)
    tasks = Tasks()
    import_ = start(text, tasks, dry_run="true", on_conflict=policy)
    tasks.run_shuffled(chance)
    said = foretold(import_)
    assert said == {"read": 10, "new": 4, "conflict": 6}
    make_real(import_, chance)
    assert became(import_) == said


def test_made_real_twice_it_is_imported_once():
    import_ = forecast(HEADER + lines(3))
    tasks = Tasks()
    assert lifecycle.make_real(import_, tasks)
    assert not lifecycle.make_real(import_, tasks)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 3}


def test_neither_an_import_nor_a_running_forecast_is_made_real():
    tasks = Tasks()
    assert not lifecycle.make_real(run(HEADER + lines(1)), tasks)
    running = start(HEADER + lines(1), tasks, key="other.csv", dry_run="true")
    tasks.run_one()
    assert not lifecycle.make_real(running, tasks)


def test_a_file_that_can_be_no_import_is_not_made_real():
    import_ = forecast("nonsense\n")
    assert (import_.state, import_.error_code) == (State.FAILED, "no_header")
    assert not import_.can_be_made_real
    assert not lifecycle.make_real(import_, Tasks())


def test_a_cancelled_forecast_stops_and_can_be_made_real(tiny_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks, dry_run="true")
    tasks.run_one()
    tasks.run_one()
    assert lifecycle.cancel(Import.objects.get(pk=import_.pk))
    tasks.run()
    assert counts(import_) == {"read": 1, "written": 1}
    make_real(import_)
    assert became(import_) == {"read": 5, "new": 5}


def test_a_late_task_of_the_forecast_does_nothing_to_the_import(tiny_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(2) + "wrong\n", tasks, dry_run="true", on_conflict="reject")
    tasks.run_one()
    seen, chunk = Import.objects.get(pk=import_.pk), import_.chunks.get(number=1)
    tasks.run()
    make_real(import_)
    write(seen, chunk, BUILTIN.repository, Tasks(), Deadline(30))
    assert became(import_) == {"read": 3, "new": 2, "rejected": 1}


@pytest.mark.parametrize("done", range(8))
def test_one_whose_workers_were_killed_goes_on_to_the_same_end(tiny_chunks, settings, done):
    """After so many tasks all that was sent is lost."""
    text = HEADER + lines(3) + line(7, second=1) + line(1)
    tasks = Tasks()
    import_ = start(text, tasks, dry_run="true")
    for _ in range(done):
        if tasks.waiting:
            tasks.run_one()
    tasks.waiting.clear()
    if Import.objects.get(pk=import_.pk).is_running:
        lifecycle.resume(Import.objects.get(pk=import_.pk), tasks)
    tasks.run()
    assert foretold(import_) == {"read": 5, "new": 3, "equal": 1, "conflict": 1}


def test_a_merge_that_takes_long_goes_on_in_other_tasks(settings):
    settings.CHUNK_BYTES = 16_000
    text = HEADER + lines(250) + "".join(line(1000, second=one) for one in range(250))
    tasks = Tasks()
    import_ = start(text, tasks, dry_run="true")
    tasks.run_one()
    while any(number for _, number in tasks.waiting):
        tasks.run_one(len(tasks.waiting) - 1)
    rounds = 0
    while tasks.waiting:
        tasks.run_one(seconds=0.0)
        rounds += 1
    assert rounds >= 3
    assert foretold(import_) == {"read": 500, "new": 250, "conflict": 250}


def test_metadata_of_an_object_ask_for_a_forecast_or_say_what_is_wrong():
    assert forecast(HEADER + lines(1)).dry_run
    wrong = run(HEADER + lines(1), key="other.csv", dry_run="perhaps")
    assert (wrong.state, wrong.error_code) == (State.FAILED, "bad_dry_run")


def test_its_examples_say_field_by_field_what_differs():
    run(HEADER + line(1, location="here"))
    import_ = forecast(HEADER + line(0) + line(1, location="there"))
    [conflict] = import_.forecast["examples"]["conflict"]
    assert conflict["fields"] == [{"name": "location", "row": "there", "there": "here"}]
    assert (conflict["line"], conflict["there"]["line"]) == (3, 2)
    assert [one["line"] for one in import_.forecast["examples"]["new"]] == [2]


def test_its_examples_are_few():
    import_ = forecast(HEADER + lines(50))
    assert len(import_.forecast["examples"]["new"]) == 5


def test_it_says_how_much_would_be_written_and_where_most():
    text = HEADER + lines(3) + line(0, second=-100_000)
    assert {**forecast(text).forecast, "at": "", "examples": {}, "read_units": 0} == {
        "at": "",
        "examples": {},
        "writes": 4,
        "row_units": 1.0,
        "read_units": 0,
        "days": 2,
        "busiest": {"date": "2019-05-28", "writes": 3},
        "partitions": 1,
    }


def test_expired_rows_are_rejects_as_of_an_import():
    keep(10)
    assert foretold(forecast(HEADER + lines(2))) == {"read": 2, "rejected": 2}


def test_a_row_of_an_older_version_of_the_file_is_in_conflict():
    tasks = Tasks()
    older = start(
        HEADER + line(0) + line(1, second=1), tasks, dry_run="true", on_conflict="replace"
    )
    Import.objects.filter(pk=older.pk).update(sequencer="0a")
    newer = start(HEADER + line(7, second=0), Tasks(), on_conflict="replace")
    Import.objects.filter(pk=newer.pk).update(sequencer="0b")
    again = Tasks()
    again.plan(str(newer.pk))
    again.run()
    tasks.run()
    said = foretold(older)
    assert said == {"read": 2, "new": 1, "conflict": 1}
    make_real(older)
    assert became(older) == said
    assert older.outdated == 1
