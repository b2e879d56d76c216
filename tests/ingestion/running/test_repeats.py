"""Tasks and events that come twice, late, in another order, or not at all; objects that change."""

import random

import pytest
from django.conf import settings as configured

from common.aws.clients import s3_client
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Import, State
from ingestion.rejects import store
from ingestion.running import lifecycle, progress
from ingestion.running.write import write
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    averages,
    counts,
    line,
    lines,
    lose,
    put,
    records,
    run,
    start,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def unversioned():
    """A bucket that keeps no versions."""
    name = "sluice-test-unversioned"
    s3_client().create_bucket(Bucket=name)
    return name


def of_now(import_):
    return Import.objects.get(pk=import_.pk)


def test_an_event_that_comes_twice_starts_one_import():
    tasks = Tasks()
    stored = put(HEADER + lines(3))
    first = lifecycle.start(stored, tasks)
    tasks.run()
    assert lifecycle.start(stored, tasks) == first
    assert tasks.waiting == []
    assert counts(first) == {"read": 3, "written": 3}


def test_the_plan_is_sent_again_while_it_has_not_begun():
    tasks = Tasks()
    stored = put(HEADER + lines(3))
    import_ = lifecycle.start(stored, tasks)
    lifecycle.start(stored, tasks)
    assert tasks.waiting == [(str(import_.pk), 0)] * 2


def test_new_content_under_the_same_key_is_another_import():
    assert run(HEADER + line(0)) != run(HEADER + line(1))
    assert averages() == [0, 1]


def test_the_same_content_put_again_is_another_import_that_changes_nothing():
    run(HEADER + line(0))
    assert counts(run(HEADER + line(0))) == {"read": 1, "unchanged": 1}


def test_the_same_content_in_a_bucket_without_versions_is_the_same_import(unversioned):
    tasks = Tasks()
    first = lifecycle.start(put(HEADER + line(0), bucket=unversioned), tasks)
    assert lifecycle.start(put(HEADER + line(0), bucket=unversioned), tasks) == first


def test_an_upload_finds_the_import_that_waits_for_it():
    waiting = Import.objects.create(
        bucket=configured.DATA_BUCKET, key="uploads/file.csv", on_conflict="reject"
    )
    tasks = Tasks()
    stored = put(HEADER + line(0), key="uploads/file.csv")
    assert lifecycle.start(stored, tasks).pk == waiting.pk
    tasks.run()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.on_conflict) == (State.DONE, "reject")
    assert waiting.identity == stored.version_id


MIXED = (
    HEADER
    + "".join(line(number) for number in range(12))
    + "bad\n"
    + "".join(line(number, second=number % 4) for number in range(20, 24))
    + line(3)
)


@pytest.mark.parametrize(
    ("policy", "receipt"),
    [
        ("keep", {"read": 18, "written": 12, "unchanged": 1, "kept": 4, "rejected": 1}),
        ("reject", {"read": 18, "written": 12, "unchanged": 1, "rejected": 5}),
    ],
)
def test_tasks_in_order_end_with_this_receipt(small_chunks, policy, receipt):
    assert counts(run(MIXED, on_conflict=policy)) == receipt


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("policy", ["keep", "replace"])
def test_tasks_in_any_order_and_twice_end_with_the_same_receipt_and_table(
    small_chunks, policy, seed
):
    text = HEADER + lines(8) + "bad\n" + "".join(line(20 + one, second=one) for one in range(4))
    tasks = Tasks()
    import_ = start(text, tasks, on_conflict=policy)
    tasks.run_shuffled(random.Random(seed))
    other = {"keep": "kept", "replace": "replaced"}[policy]
    assert counts(import_) == {"read": 13, "written": 8, other: 4, "rejected": 1}
    stands = [*range(8), *range(20, 24)] if policy == "keep" else [*range(4, 8), *range(20, 24)]
    assert averages() == stands
    assert [reject.line for reject in store.stored(import_)] == [10]


@pytest.mark.parametrize("seed", range(3))
def test_reject_lets_exactly_one_row_of_a_key_stand_in_any_order(small_chunks, seed):
    text = HEADER + "".join(line(one, second=one % 3) for one in range(9))
    tasks = Tasks()
    import_ = start(text, tasks, on_conflict="reject")
    tasks.run_shuffled(random.Random(seed))
    assert counts(import_) == {"read": 9, "written": 3, "rejected": 6}
    assert len(records()) == 3


def test_under_replace_a_file_with_a_key_twice_ends_with_its_last_row_again(small_chunks):
    text = HEADER + line(1, second=0) + line(2, second=0)
    run(text, on_conflict="replace")
    tasks = Tasks()
    import_ = start(text, tasks, key="again.csv", on_conflict="replace")
    tasks.run_one()
    tasks.waiting.reverse()
    tasks.run()
    assert averages() == [2]
    assert counts(import_) == {"read": 2, "replaced": 1, "unchanged": 1}


def test_a_chunk_that_died_before_it_was_accounted_for_counts_the_same_again(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(3) + line(9, second=0), tasks)
    tasks.run_one()
    sent = list(tasks.waiting)
    while tasks.waiting:
        tasks.run_one()
        # As if the worker had died between table and database.
        zeros = {"read": 0, "written": 0, "kept": 0}
        import_.chunks.update(is_done=False, parts_kept=0, **zeros)
        Import.objects.filter(pk=import_.pk).update(state=State.WRITING, chunks_done=0, **zeros)
    tasks.waiting = sent
    tasks.run()
    assert counts(import_) == {"read": 4, "written": 3, "kept": 1}


def test_a_chunk_that_two_workers_write_side_by_side_is_counted_once():
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    tasks.run_one()
    seen_by_both = [(Import.objects.get(pk=import_.pk), import_.chunks.get()) for _ in range(2)]
    for import_seen, chunk_seen in seen_by_both:
        write(import_seen, chunk_seen, BUILTIN.repository, tasks, Deadline(30))
    import_.refresh_from_db()
    assert (import_.state, import_.chunks_done) == (State.DONE, 1)
    assert counts(import_) == {"read": 3, "written": 3}


def test_two_plans_side_by_side_make_the_chunks_of_one(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(40), tasks)
    tasks.plan(str(import_.pk))
    tasks.run_one(seconds=0)
    tasks.run()
    assert counts(import_) == {"read": 40, "written": 40}
    import_.refresh_from_db()
    assert import_.chunks_total == import_.chunks.count() == 40


def test_a_stale_plan_saves_nothing(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(40), tasks)
    stale = Import.objects.get(pk=import_.pk)
    tasks.run_one(seconds=0)
    assert not progress.save_plan(stale, [], is_last=True)


def test_the_chunks_of_a_cancelled_import_do_nothing(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks)
    tasks.run_one()
    tasks.run_one()
    assert lifecycle.cancel(import_)
    tasks.run()
    import_.refresh_from_db()
    assert import_.state == State.CANCELLED
    assert averages() == [0]


class DiesAfterWriting:
    """A repository whose process ends when the rows are written and before they are counted."""

    schema = MESSAGE

    def insert_in_parts(self, records, on_conflict, deadline, keep_aside=None):
        BUILTIN.repository.insert_many(records, on_conflict, deadline)
        raise ServiceError("the process ended", "Killed", permanent=False)


@pytest.mark.parametrize(
    "end", [lifecycle.cancel, lambda import_: lifecycle.fail(import_, "bad", "It is.")]
)
def test_rows_that_were_written_but_not_counted_are_counted_though_the_import_ended(end):
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks)
    tasks.run_one()
    with pytest.raises(ServiceError):
        write(of_now(import_), import_.chunks.get(), DiesAfterWriting(), tasks, Deadline(30))
    end(import_)
    tasks.run()
    import_.refresh_from_db()
    assert import_.state in (State.CANCELLED, State.FAILED)
    assert counts(import_) == {"read": 5, "written": 5}


def test_a_cancelled_import_is_not_planned():
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks)
    lifecycle.cancel(import_)
    tasks.run()
    assert import_.chunks.count() == 0


def test_an_ended_import_cannot_be_cancelled():
    import_ = run(HEADER + lines(1))
    assert not lifecycle.cancel(import_)
    import_.refresh_from_db()
    assert import_.state == State.DONE


@pytest.mark.parametrize("tasks_before", [0, 1, 3])
def test_a_cancelled_import_that_is_run_again_goes_on_to_its_end(small_chunks, tasks_before):
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks)
    for _ in range(tasks_before):
        tasks.run_one()
    lifecycle.cancel(import_)
    tasks.waiting.clear()
    import_.refresh_from_db()
    assert lifecycle.run_again(import_, tasks)
    tasks.run()
    import_.refresh_from_db()
    assert import_.state == State.DONE
    assert counts(import_) == {"read": 5, "written": 5}


def test_an_import_that_failed_for_its_file_can_be_run_again_and_fails_again():
    tasks = Tasks()
    import_ = run("nonsense\n")
    assert lifecycle.run_again(import_, tasks)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "no_header")


def test_neither_a_running_nor_a_finished_import_is_run_again():
    tasks = Tasks()
    import_ = start(HEADER + lines(1), tasks)
    assert not lifecycle.run_again(import_, tasks)
    tasks.run()
    import_.refresh_from_db()
    assert not lifecycle.run_again(import_, tasks)


@pytest.mark.parametrize("tasks_before", [0, 1, 3])
def test_an_import_whose_tasks_were_lost_is_resumed(small_chunks, tasks_before):
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks)
    for _ in range(tasks_before):
        tasks.run_one()
    tasks.waiting.clear()
    import_.refresh_from_db()
    lifecycle.resume(import_, tasks)
    tasks.run()
    assert counts(import_) == {"read": 5, "written": 5}


def test_chunks_that_were_saved_and_not_sent_are_sent_by_the_next_plan(small_chunks):
    tasks = Tasks()
    import_ = start(HEADER + lines(40), tasks)
    tasks.run_one(seconds=0)
    import_.chunks.update(is_queued=False)
    tasks.waiting = [(str(import_.pk), 0)]
    tasks.run()
    assert counts(import_) == {"read": 40, "written": 40}


def test_an_import_made_again_writes_what_the_table_lost(small_chunks):
    import_ = run(HEADER + lines(3) + "bad\n")
    lose(records()[:2])
    tasks = Tasks()
    lifecycle.import_again(import_, tasks)
    tasks.run()
    assert counts(import_) == {"read": 4, "written": 3, "rejected": 1}
    assert averages() == [0, 1, 2]


def counts_of_days():
    return {day.date: day.count for day in Day.objects.filter(count__gt=0)}


@pytest.mark.parametrize("lost", [0, 2, 3])
def test_the_register_counts_an_import_once_however_often_it_is_made(small_chunks, lost):
    import_ = run(HEADER + lines(3) + "bad\n")
    [date] = counts_of_days()
    lose(records()[:lost])
    tasks = Tasks()
    lifecycle.import_again(import_, tasks)
    tasks.run()
    assert counts_of_days() == {date: 3}
    run(HEADER + lines(5), key="again.csv")
    assert counts_of_days() == {date: 5}


def test_an_object_that_is_deleted_before_planning_is_gone(unversioned):
    tasks = Tasks()
    import_ = lifecycle.start(put(HEADER + lines(3), bucket=unversioned), tasks)
    s3_client().delete_object(Bucket=import_.bucket, Key=import_.key)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "object_gone")


def test_an_object_that_is_deleted_after_planning_is_gone(unversioned):
    tasks = Tasks()
    import_ = lifecycle.start(put(HEADER + lines(3), bucket=unversioned), tasks)
    tasks.run_one()
    s3_client().delete_object(Bucket=import_.bucket, Key=import_.key)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "object_gone")
    assert "file.csv" in import_.error_detail


@pytest.mark.parametrize("tasks_before", [0, 1])
def test_a_version_that_is_deleted_for_good_is_gone(tasks_before):
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    for _ in range(tasks_before):
        tasks.run_one()
    s3_client().delete_object(Bucket=import_.bucket, Key=import_.key, VersionId=import_.version_id)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "object_gone")


@pytest.mark.parametrize("tasks_before", [0, 1, 3])
def test_an_object_that_is_deleted_in_a_versioned_bucket_is_still_read(small_chunks, tasks_before):
    tasks = Tasks()
    import_ = start(HEADER + lines(5), tasks)
    for _ in range(tasks_before):
        tasks.run_one()
    s3_client().delete_object(Bucket=import_.bucket, Key=import_.key)
    tasks.run()
    assert counts(import_) == {"read": 5, "written": 5}


@pytest.mark.parametrize("tasks_before", [0, 1, 3])
def test_an_object_that_is_overwritten_is_read_in_the_version_of_the_event(
    small_chunks, tasks_before
):
    tasks = Tasks()
    import_ = start(HEADER + lines(40), tasks)
    for _ in range(tasks_before):
        tasks.run_one(seconds=0)
    put(HEADER + "".join(line(number) for number in range(50, 99)))
    tasks.run()
    assert counts(import_) == {"read": 40, "written": 40}
    assert averages() == list(range(40))


@pytest.mark.parametrize("tasks_before", [0, 1, 3])
def test_an_object_that_is_overwritten_without_versions_is_a_failure_and_no_mixture(
    small_chunks, unversioned, tasks_before
):
    tasks = Tasks()
    import_ = lifecycle.start(put(HEADER + lines(5), bucket=unversioned), tasks)
    for _ in range(tasks_before):
        tasks.run_one()
    put(HEADER + "".join(line(number) for number in range(50, 55)), bucket=unversioned)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "object_changed")
    assert set(averages()) <= set(range(5))
