"""A task of a chunk that is taken back, step by step: the file, the table and what was there before
are stand-ins."""

from types import SimpleNamespace
from typing import Any

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Chunk, Import, State
from ingestion.running.ended.undo import left
from ingestion.running.ended.undo.chunk import _known, _Work, undo
from ingestion.running.ended.undo.columns import Undo, WithoutCopy
from ingestion.running.ended.undo.former import LOST, NOTHING, Former
from ingestion.running.ended.undo.found import Findings, Written
from messages_app.schema.record import Origin
from messages_app.store.conditional.taking_back import TakenBack
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.ended.undo.test_account import chunk_of
from tests.ingestion.running.ended.undo.test_account import made as made_import
from tests.pages.record_pages import made


class Formers:
    """What records of an import make room for, by its id; ``late`` are those that are not to come,
    at each look."""

    def __init__(self, late: Any = (), **before: Former) -> None:
        self.late, self.before = list(late), before
        self.calls: list[str] = []

    def forget(self):
        self.calls.append("forget")

    def find(self, records):
        return {one.key: self.before.get(one.origin.import_id, NOTHING) for one in records}

    def not_to_come(self, formers):
        records = [one.record for one in formers if one.record]
        self.calls.append("look at " + " ".join(one.origin.import_id for one in records))
        return self.late.pop(0) if self.late else []


class Table:
    """Takes all back; ``taken`` has of each request the lines, and the items in their place."""

    kind = "messages"

    def __init__(self):
        self.taken = []

    def take_back(self, reversals, deadline):
        self.taken.append([(one.seen.origin.line, one.former) for one in reversals])
        return TakenBack([True] * len(reversals))


def written(line, import_id="own", **values):
    row = made(line, Origin("own", line))
    return Written(row, made(line, Origin(import_id, line), **values))


def work_on(import_, chunk, formers, *finds):
    """``finds`` are what is found, one time after the other."""
    work: Any = _Work(import_, chunk, Table(), Deadline(60))
    waiting = list(finds)
    rows = [one.row for one in finds[0].values()] if finds else []
    work._rows = SimpleNamespace(
        find=lambda *_: waiting.pop(0),
        records=rows,
        numbers={row.origin.line: number for number, row in enumerate(rows)},
        is_counted=lambda _: True,
    )
    work._findings = Findings()
    work._formers = formers
    return work


@pytest.fixture
def chunk(db):
    return chunk_of(made_import(written=2), written=2, is_done=True)


@pytest.mark.parametrize("state", [State.CANCELLED, State.DONE, State.UNDONE])
def test_a_late_task_does_nothing(chunk, state):
    Import.objects.update(state=state)
    undo(Import.objects.get(), chunk, Table(), Tasks(), Deadline(60))
    now = Chunk.objects.get()
    assert (now.undo_found, now.is_undone, Import.objects.get().state) == (None, False, state)


def test_a_task_whose_chunk_is_done_with_ends_what_another_could_not(chunk):
    """Its process died between the last chunk and the end."""
    for model in (Chunk, Import):
        model.objects.update(undo_reversed=2)
    Chunk.objects.update(is_undone=True)
    undo(Import.objects.get(), Chunk.objects.get(), Table(), Tasks(), Deadline(60))
    assert Import.objects.get().state == State.UNDONE


def test_what_was_put_back_is_followed_until_it_is_of_no_import_that_is_taken_back(chunk):
    theirs, thirds = (made(2, Origin(name, line)) for name, line in (("theirs", 7), ("third", 8)))
    before = {
        "own": Former({"item": {"N": "1"}}, theirs),
        "theirs": Former({"item": {"N": "2"}}, thirds),
    }
    formers = Formers(
        [[theirs], [thirds]], **before, third=Former({"item": {"N": "3"}}, made(2, theirs.origin))
    )
    work = work_on(chunk.import_record, chunk, formers, {2: written(2)})
    assert work._take_back([written(2)], formers.find([written(2).record]))
    assert work._repository.taken == [
        [(2, {"item": {"N": "1"}})],
        [(7, {"item": {"N": "2"}})],
        [(8, {"item": {"N": "3"}})],
    ]
    assert formers.calls == [
        *("forget", "look at theirs"),
        *("forget", "look at third"),
        *("forget", "look at theirs"),
    ]
    assert Chunk.objects.get().undo_found["lines"] == [["restored", "written", [[2, 2]]]]


@pytest.mark.parametrize(
    ("lines", "taken", "staying"),
    [([2, 3, 4], [[(2, None)]], ([3], [4])), ([4], [], ([], [4]))],
)
def test_records_are_looked_for_once_where_none_changes(chunk, lines, taken, staying):
    found = {2: written(2), 3: written(3, location="elsewhere"), 4: written(4, "another")}
    formers = Formers(another=LOST)
    work = work_on(chunk.import_record, chunk, formers, {line: found[line] for line in lines})
    told = []
    work._end = lambda edited, no_copy: told.append((sorted(edited), sorted(no_copy)))
    work._take_all_back()
    assert (work._repository.taken, told) == (taken, [staying])


@pytest.mark.usefixtures("aws")
def test_a_record_that_was_edited_after_it_was_found_is_counted_once(chunk, settings):
    import_ = chunk.import_record
    import_.bucket = settings.DATA_BUCKET
    work = work_on(import_, chunk, Formers(), {line: written(line) for line in (2, 3, 4)})
    work._findings.lines = {2: ("deleted", "written"), 3: ("deleted", "written")}
    took_over = SimpleNamespace(record=made(4), outcome="unchanged")
    work._end({3: written(3, location="elsewhere"), 4: took_over}, {})
    assert Import.objects.get().undo_counts == Undo(reversed=1, edited=1)
    assert Import.objects.get().state == State.UNDONE
    assert [one.line for one in left.stored(import_)] == [3]


def test_of_two_first_findings_one_counts_and_later_ones_are_added(chunk):
    theirs = {"at": 1, "lines": [["deleted", "written", [[2, 2]]]]}
    Chunk.objects.update(undo_found=theirs)
    work = work_on(chunk.import_record, chunk, Formers(), {2: written(2), 3: written(3)})
    work._findings.lines = {3: ("deleted", "written")}
    work._save()
    assert (Chunk.objects.get().undo_found, list(work._findings.lines)) == (theirs, [2])
    work._findings.lines[3] = ("restored", "replaced")
    work._save()
    assert len(Chunk.objects.get().undo_found["lines"]) == 2


@pytest.mark.parametrize(
    ("choice", "staying"),
    [("", {2, 3}), (WithoutCopy.LEAVE, {2, 3}), (WithoutCopy.DELETE, {3})],
)
def test_without_a_copy_a_record_that_only_took_over_an_equal_one_stays_in_any_case(
    choice, staying
):
    work = work_on(Import(undo_without_copy=choice), Chunk(), Formers())
    own: dict[int, Any] = {}
    formers = {}
    for line, outcome, former in (
        (2, "replaced", LOST),
        (3, "unchanged", LOST),
        (4, "replaced", NOTHING),
        (5, "unchanged", NOTHING),
    ):
        own[line] = SimpleNamespace(record=made(line), outcome=outcome)
        formers[made(line).key] = former
    assert set(work._without_copy(own, formers)) == staying


def test_what_is_not_known_of_all_is_an_error():
    assert _known(TakenBack([True, False])) == [True, False]
    error = ServiceError("It takes nothing.", "ThrottlingException", permanent=False)
    for done, code in (
        (TakenBack([True, None]), "OutOfTime"),
        (TakenBack([True, None], error), error.code),
        (TakenBack([True], error), error.code),
    ):
        with pytest.raises(ServiceError) as raised:
            _known(done)
        assert raised.value.code == code
