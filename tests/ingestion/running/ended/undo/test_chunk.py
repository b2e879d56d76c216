"""How a chunk is taken back when the table fails or changes at that moment, and what is counted."""

from types import SimpleNamespace
from typing import Any

import pytest

from audit.actor import Actor, Channel
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, Import
from ingestion.running.ended.undo import beginning
from ingestion.running.ended.undo.chunk import _Work, undo
from ingestion.running.ended.undo.columns import Undo
from ingestion.running.ended.undo.found import DELETED, RESTORED, Written
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.schema.record import Origin
from messages_app.store.conditional.taking_back import TakenBack
from tests.ingestion.helpers import (
    DATE,
    HEADER,
    Tasks,
    averages,
    counts,
    line,
    lines,
    records,
    run,
    take_back,
    undo_counts,
)
from tests.ingestion.running.ended.stand_ins import Table, TimedTasks
from tests.pages.record_pages import DAY, made


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

    def throttled(_, reversals, deadline):
        error = ServiceError("It takes nothing.", "ThrottlingException", permanent=False)
        return TakenBack([None] * len(reversals), error)

    def broken_behind_one(real, reversals, deadline):
        done = real(reversals[:1], deadline)
        error = ServiceError("It takes nothing.", "InternalError", permanent=False)
        return TakenBack([*done.is_done, None, None], error)

    for methods in ({"stored_under": failing("ThrottlingException")}, {"take_back": throttled}):
        delay, resumes = go_on(**methods)
        assert (50 <= delay <= 150, resumes) == (True, 3)
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


@pytest.mark.django_db
@pytest.mark.usefixtures("aws")
def test_what_somebody_deletes_between_two_tasks_is_not_counted_twice(django_user_model):
    run(HEADER + lines(2), key="before.csv")
    import_ = run(HEADER + line(10, second=0) + line(5))
    assert counts(import_) == {"read": 2, "written": 1, "kept": 1}
    beginning.begin(import_, Tasks())
    import_.refresh_from_db()
    chunk = import_.chunks.get()
    table = Table(take_back=failing("InternalError"))
    with pytest.raises(ServiceError):
        undo(import_, chunk, table, Tasks(), Deadline(60))
    ada = django_user_model.objects.create_user("ada")
    editor = Editor(BUILTIN.repository, Actor(ada, Channel.PAGE))
    for record in records():
        if record.origin.import_id == str(import_.pk):
            editor.delete(record)
    undo(import_, Chunk.objects.get(pk=chunk.pk), Table(), Tasks(), Deadline(60))
    assert undo_counts(import_) == {"gone": 2}
    assert (averages(), Day.objects.get().count) == ([0, 1], 2)


def test_each_row_is_counted_once_and_its_day_with_it():
    import_ = Import()
    chunk = Chunk(import_record=import_, written=5, replaced=2, kept=0)

    def row(line, day=0):
        return made(line + day * DAY, Origin("i", line))

    def staying(line, suffix="", before=""):
        there = made(line, Origin("i", line, before=before), location="elsewhere")
        return Written(row(line), there.with_time(there.time + suffix))

    work = _Work(import_, chunk, None, Deadline(60))
    rows: Any = SimpleNamespace(
        records=[row(line) for line in (*range(2, 9), 11)] + [row(9, 1), row(10, 1)],
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
        {6: staying(6), 8: staying(8, "~abcdef"), 11: staying(11, before="f")},
    )
    assert outcome.counts == Undo(reversed=3, restored=2, edited=3, gone=2)
    assert outcome.uncounted == {"kept": 1, "replaced": 1, "written": 1}
    assert outcome.days == {DATE: -1, "2019-05-29": -2}
    assert outcome.left_new == {DATE: 2}
