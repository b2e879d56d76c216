"""Chunks of a table that takes little: written in parts, each row counted once."""

import pytest
from django.conf import settings as configured
from django.db.models import Sum

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from ingestion.models import Import, Receipt, State
from ingestion.rejects import store, summary
from ingestion.running import lifecycle, progress
from ingestion.running.write import write
from messages_app.models import Day
from messages_app.schema.builtin import MESSAGE
from messages_app.store.pacing import Pace
from messages_app.store.repository import RecordRepository
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, counts, line, lines, run, start
from tests.messages_app.store.unreliable import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

THROTTLED = refused("ThrottlingException")


class Table:
    """A client of the table that takes ``requests`` more batches, and refuses what comes then."""

    def __init__(self, requests):
        self.requests = requests
        self.inserted = 0
        self._client = dynamodb_client()

    def __getattr__(self, name):
        return getattr(self._client, name)

    def batch_execute_statement(self, **request):
        if self.requests <= 0:
            return THROTTLED(self._client.batch_execute_statement, request)
        self.requests -= 1
        self.inserted += len(request["Statements"])
        return self._client.batch_execute_statement(**request)


class Delayed(Tasks):
    """Keeps the delays of the messages too."""

    def __init__(self):
        super().__init__()
        self.delays = []

    def write(self, import_id, chunk_number, delay_seconds=0):
        super().write(import_id, chunk_number, delay_seconds)
        self.delays.append(delay_seconds)


def planned(text, **metadata):
    tasks = Delayed()
    import_ = start(text, tasks, **metadata)
    tasks.run_one()
    tasks.waiting.clear()
    tasks.delays.clear()
    return import_, tasks


def write_some(import_, tasks, requests):
    """One task of the first chunk, while the table takes so many batches; what it inserted."""
    table = Table(requests)
    repository = RecordRepository(table, configured.MESSAGES_TABLE, MESSAGE, pace=Pace())
    now = Import.objects.get(pk=import_.pk)
    write(now, now.chunks.get(number=1), repository, tasks, Deadline(2))
    import_.refresh_from_db()
    assert import_.receipt.adds_up
    sums = import_.chunks.aggregate(**{name: Sum(name) for name in Receipt().as_dict()})
    assert sums == import_.receipt.as_dict()
    return table.inserted


def test_what_is_known_is_counted_and_the_rest_goes_on_in_a_new_message():
    import_, tasks = planned(HEADER + lines(200))
    assert write_some(import_, tasks, requests=3) == 75
    assert counts(import_) == {"read": 75, "written": 75}
    assert import_.state == State.WRITING
    assert Day.objects.get(date=DATE).count == 75
    assert (tasks.waiting, tasks.delays) == ([(str(import_.pk), 1)], [0])


def test_no_row_is_sent_twice_and_all_are_counted_once():
    wrong = "".join(line(1000 + number, avg="wrong") for number in range(10))
    text = HEADER + lines(100) + wrong + "".join(map(line, range(100, 200)))
    import_, tasks = planned(text)
    sent = [write_some(import_, tasks, requests) for requests in (1, 0, 3, 2)]
    assert sent == [25, 0, 75, 50]
    assert write_some(import_, tasks, requests=4) == 50
    assert import_.state == State.DONE
    assert counts(import_) == {"read": 210, "written": 200, "rejected": 10}
    assert averages() == list(range(200))
    assert import_.bytes_done == import_.bytes_total


@pytest.mark.parametrize(
    ("on_conflict", "expected"),
    [
        ("keep", {"read": 200, "written": 100, "kept": 100}),
        ("replace", {"read": 200, "written": 100, "replaced": 100}),
        ("reject", {"read": 200, "written": 100, "rejected": 100}),
    ],
)
def test_rows_whose_keys_are_taken_are_counted_once_too(on_conflict, expected):
    twice = lines(100) + "".join(line(number, avg=500) for number in range(100))
    import_, tasks = planned(HEADER + twice, on_conflict=on_conflict)
    while import_.state != State.DONE:
        write_some(import_, tasks, requests=8)
    assert counts(import_) == expected
    assert len(averages()) == (200 if on_conflict == "keep" else 100)


def test_rejects_of_all_parts_are_listed_in_their_order():
    run(HEADER + "".join(line(number, avg=5000) for number in range(0, 200, 2)), key="before.csv")
    text = HEADER + lines(100) + line(500, avg="wrong") + "".join(map(line, range(100, 200)))
    import_, tasks = planned(text, on_conflict="reject")
    while import_.state != State.DONE:
        write_some(import_, tasks, requests=2)
    assert counts(import_) == {"read": 201, "written": 100, "rejected": 101}
    expected = [number + (2 if number < 100 else 3) for number in range(0, 200, 2)]
    rows = [row.line for row in store.stored(import_)]
    assert rows == sorted([*expected, 102])
    assert [row.line for row in store.stored(import_, after_line=150)] == expected[-26:]
    groups = {group.code: group.count for group in summary.of_import(import_)}
    assert groups == {"key_taken": 100, "not_a_number": 1}


def test_a_table_that_takes_nothing_is_asked_again_later():
    import_, tasks = planned(HEADER + lines(50))
    write_some(import_, tasks, requests=0)
    assert import_.state == State.WRITING
    assert 0 < tasks.delays[0] <= 900
    assert counts(import_) == {}


def test_the_bytes_done_grow_with_the_rows():
    import_, tasks = planned(HEADER + lines(200))
    write_some(import_, tasks, requests=4)
    assert 0.4 < import_.bytes_done / import_.bytes_total < 0.6


def test_a_task_that_ran_beside_another_counts_nothing():
    import_, tasks = planned(HEADER + lines(100))
    stale = Import.objects.get(pk=import_.pk)
    chunk = stale.chunks.get(number=1)
    write_some(import_, tasks, requests=2)
    repository = RecordRepository(Table(100), configured.MESSAGES_TABLE, MESSAGE)
    write(stale, chunk, repository, tasks, Deadline(2))
    assert counts(import_) == {"read": 50, "written": 50}
    write_some(import_, tasks, requests=100)
    assert counts(import_) == {"read": 100, "written": 100}
    assert import_.state == State.DONE


def test_a_cancelled_import_goes_on_no_further_and_can_be_run_again():
    import_, tasks = planned(HEADER + lines(100))
    write_some(import_, tasks, requests=2)
    lifecycle.cancel(import_)
    assert write_some(import_, tasks, requests=100) == 0
    assert counts(import_) == {"read": 50, "written": 50}
    assert lifecycle.run_again(import_, tasks)
    assert write_some(import_, tasks, requests=100) == 50
    assert counts(import_) == {"read": 100, "written": 100}


def test_rejects_that_are_counted_before_other_rows_do_not_end_the_import(settings):
    settings.MAX_REJECTS = 20
    text = "".join(line(number) + "x\n" for number in range(60))
    import_, tasks = planned(HEADER + text)
    write_some(import_, tasks, requests=0)
    assert counts(import_) == {"read": 60, "rejected": 60}
    progress.finish_if_complete(import_)
    write_some(import_, tasks, requests=100)
    assert import_.state == State.DONE
    assert counts(import_) == {"read": 120, "written": 60, "rejected": 60}
