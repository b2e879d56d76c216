"""How a chunk is taken back when the table fails or changes at that moment, and what is counted."""

from types import SimpleNamespace
from typing import Any

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, Import
from ingestion.running.ended.undo import beginning
from ingestion.running.ended.undo.chunk import _Work, undo
from ingestion.running.ended.undo.columns import Undo
from ingestion.running.ended.undo.found import DELETED, RESTORED, Written
from messages_app.schema.record import Origin
from messages_app.store.conditional.taking_back import TakenBack
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, lines, run, take_back
from tests.ingestion.running.ended.by_query.test_steps import Table
from tests.pages.record_pages import DAY, made


class TimedTasks(Tasks):
    """Tasks with how long each waits."""

    def undo(self, import_id, chunk_number, delay_seconds=0):
        self.waiting.append((chunk_number, delay_seconds))


def failing(code):
    def method(*_):
        raise ServiceError("It takes nothing.", code, permanent=False)

    return method


@pytest.mark.django_db
@pytest.mark.usefixtures("aws")
def test_a_chunk_goes_on_later_or_is_left_to_redelivery(settings):
    settings.TASK_SECONDS = 100
    import_ = run(HEADER + lines(3))
    beginning.begin(import_, Tasks())
    rounds = []

    def go_on(**methods):
        Import.objects.update(resumes=3)
        tasks = TimedTasks()
        import_.refresh_from_db()
        chunk = Chunk.objects.get()
        try:
            undo(import_, chunk, Table(**methods), tasks, Deadline(60))
        except ServiceError:
            assert tasks.waiting == []
            return None
        [(number, delay)] = tasks.waiting
        assert number == 1
        return delay, Import.objects.get().resumes

    def changed(_, reversals, deadline):
        rounds.append(len(reversals))
        return TakenBack([False] * len(reversals))

    def not_known(_, reversals, deadline):
        return TakenBack([None] * len(reversals))

    def broken_behind_one(real, reversals, deadline):
        done = real(reversals[:1], deadline)
        error = ServiceError("It takes nothing.", "InternalError", permanent=False)
        return TakenBack([*done.is_done, None, None], error)

    delay, resumes = go_on(stored_under=failing("ThrottlingException"))
    assert 50 <= delay <= 150
    assert resumes == 3
    delay, _ = go_on(take_back=changed)
    assert (50 <= delay <= 150, rounds) == (True, [3] * 5)
    assert go_on(stored_under=failing("InternalError")) is None
    assert go_on(take_back=not_known) is None
    assert len(averages()) == 3
    assert go_on(take_back=broken_behind_one) == (0, 0)
    assert averages() == [1, 2]
    Import.objects.update(state="cancelled")
    import_.refresh_from_db()
    assert take_back(import_) == {"reversed": 3}


def test_each_row_is_counted_once_and_its_day_with_it():
    import_ = Import()
    chunk = Chunk(import_record=import_, written=5, replaced=2, kept=0)

    def row(line, day=0):
        return made(line + day * DAY, Origin("i", line))

    def staying(line, suffix=""):
        there = made(line, Origin("i", line), location="elsewhere")
        return Written(row(line), there.with_time(there.time + suffix))

    work = _Work(import_, chunk, None, Deadline(60))
    rows: Any = SimpleNamespace(
        messages=[row(line) for line in range(2, 9)] + [row(9, 1), row(10, 1)],
        is_counted=lambda line: line not in (5, 6, 7, 10),
    )
    work._rows = rows
    outcome = work._outcome(
        {
            2: (DELETED, "written"),
            3: (RESTORED, "replaced"),
            4: (DELETED, "unchanged"),
            5: (DELETED, "kept"),
            7: (RESTORED, "replaced"),
            9: (DELETED, "written"),
            10: (DELETED, "unchanged"),
        },
        {6: staying(6), 8: staying(8, "~abcdef")},
    )
    assert outcome.counts == Undo(reversed=3, restored=2, edited=2, gone=3)
    assert outcome.uncounted == {"kept": 1, "replaced": 1, "written": 1}
    assert outcome.days == {DATE: -1, "2019-05-29": -2}
    assert outcome.left_new == {DATE: 2}
