"""Imports that have ended, of SQL alone: which can be deleted, what is told of them, and which of
their moments are far from others."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from common.aws.s3 import StoredObject
from ingestion.models import AT_WORK, RUNNING, DeletedImport, Import, State
from ingestion.running.ended import deletion, notices
from ingestion.running.ended.telling import tell_of
from notices.models import Occurrence

DB = pytest.mark.django_db


def made(state=State.DONE, **values):
    return Import.objects.create(
        **{"bucket": "b", "key": "in/file.csv", "identity": str(uuid4()), "state": state, **values}
    )


@DB
@pytest.mark.parametrize("state", list(State))
def test_what_is_not_at_work_and_has_no_child_that_runs_can_be_deleted(state):
    assert deletion.may_be_deleted(made(state)) is (state not in AT_WORK)
    parent, other = made(), made()
    made(state, parent=parent)
    assert deletion.may_be_deleted(parent) is (state not in RUNNING)
    assert deletion.may_be_deleted(other)
    if state in RUNNING:
        assert deletion.why_not(parent)[1] == "import_running"


@DB
@pytest.mark.parametrize(
    ("values", "seconds", "may"),
    [
        ({"is_begun": True}, 90, False),
        ({"is_begun": True}, 110, True),
        ({"is_begun": True, "is_done": True}, 90, True),
        ({"is_begun": True, "is_undo_begun": True}, 90, True),
        ({}, 90, True),
    ],
)
def test_a_chunk_that_was_begun_is_waited_for_a_while(settings, values, seconds, may):
    settings.STALL_SECONDS = 100
    import_ = made(finished_at=timezone.now() - timedelta(seconds=seconds))
    import_.chunks.create(number=1, start=0, end=9, first_line=2, lines=9, **values)
    assert deletion.may_be_deleted(import_) is may
    assert deletion.why_not(import_)[1] == "import_being_written"


@DB
def test_an_object_is_refused_by_its_identity_or_where_none_was_known(settings):
    settings.DATA_BUCKET = "b"
    stored = StoredObject(bucket="b", key="k", size=1, etag="e", version_id="")
    for number, (bucket, key, identity, is_deleted) in enumerate(
        (
            ("b", "k", stored.identity, True),
            ("b", "k", "", True),
            ("b", "k", "another", False),
            ("b", "other", stored.identity, False),
            ("c", "k", stored.identity, False),
        )
    ):
        DeletedImport.objects.all().delete()
        DeletedImport.objects.create(id=uuid4(), bucket=bucket, key=key, identity=identity)
        assert deletion.among([stored]).exists() is is_deleted, number


@pytest.mark.parametrize(
    ("others", "far"),
    [
        ([], set()),
        ([0], {400, 800}),
        ([0, 766], set()),
        ([434], {0}),
        ([34, 1166], set()),
        ([33, 1167], {400, 800}),
    ],
)
def test_a_date_is_far_when_none_of_both_neighbours_is_within_a_year(others, far):
    first = date(2019, 1, 1)

    def days(numbers):
        return [(first + timedelta(days=number)).isoformat() for number in sorted(numbers)]

    assert notices._distant(days([0, 400, 800]), days(others)) == set(days(far))


def told(**values):
    Occurrence.objects.all().delete()
    import_ = made(**values)
    tell_of(import_)
    tell_of(import_)
    return Occurrence.objects.get()


@DB
def test_what_is_told_of_each_end():
    assert told(read=1).subject == "in/file.csv: 1 row read"
    assert told(read=2, rejected=1500).subject == "in/file.csv: 2 rows read, 1,500 rejected"
    failed = told(state=State.FAILED, error_code="a", error_detail="It is wrong.")
    assert (failed.event, failed.subject) == ("import_failed", "in/file.csv failed: It is wrong.")
    assert failed.payload["error"] == {"code": "a", "detail": "It is wrong."}
    assert failed.payload["waiting_for"] is None
    held = told(state=State.HELD, error_detail="Too many.", dry_run=True, hold_above=3)
    assert (held.event, held.subject) == ("import_held", "in/file.csv is held: Too many.")
    waits = told(state=State.WAITING, waiting_for={"code": "a", "detail": "Which?", "more": 1})
    assert waits.subject == "in/file.csv waits for an answer: Which?"
    assert waits.payload["waiting_for"] == {"code": "a", "detail": "Which?"}
    for code in ("dead_letter", "undo_dead_letter"):
        assert told(state=State.FAILED, error_code=code).event == "dead_letter"


@DB
def test_a_long_key_is_told_by_its_end():
    assert told(key="k" * 160).subject.startswith("k" * 160 + ":")
    assert told(key="x" + "k" * 160).subject.startswith("…" + "k" * 160 + ":")


@DB
def test_the_kind_is_told_when_it_is_known():
    assert told(kind_version=0).kind == ""
    assert told(kind_version=1).kind == "messages"
    assert told(is_kind_said=True).kind == "messages"


@DB
def test_a_later_end_is_told_anew_but_not_rows_that_are_counted_behind_a_stop():
    import_ = made(State.FAILED, error_code="a", finished_at=timezone.now(), request_id="r")
    for code, times in (("a", 3), ("too_many_rejects", 1)):
        Occurrence.objects.all().delete()
        for number in range(3):
            at = timezone.now() + timedelta(seconds=number)
            Import.objects.update(error_code=code, finished_at=at, progress_at=at)
            tell_of(import_)
        assert Occurrence.objects.count() == times
    Import.objects.update(error_code="a")
    at = timezone.now() + timedelta(days=1)
    for name in ("undo_ended_at", "finished_at"):
        before = Occurrence.objects.count()
        Import.objects.update(finished_at=at, undo_ended_at=at)
        Import.objects.update(**{name: at + timedelta(days=1)})
        tell_of(import_)
        assert Occurrence.objects.count() == before + 1
