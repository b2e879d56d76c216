"""An object arrives: its import is started once, or the one that waits for it goes on."""

import pytest

from common.aws.s3 import StoredObject
from ingestion.models import DeletedImport, Import, State
from ingestion.running.ended.deletion import WasDeleted
from ingestion.running.lifecycle import start
from notices.models import Occurrence
from tests.ingestion.helpers import Tasks
from tests.ingestion.running.core.made import end, made, now

pytestmark = pytest.mark.django_db

HERE = {"bucket": "a-bucket", "key": "a.csv"}


def stored(size=70, sequencer="", version="v1", bucket="a-bucket"):
    return StoredObject(bucket, "a.csv", version, "e", size, sequencer=sequencer)


def waiting(**fields):
    return Import.objects.create(**HERE, **fields)


@pytest.mark.parametrize(
    ("max_bytes", "expected"),
    [
        (None, (State.QUEUED, "")),
        (70, (State.QUEUED, "")),
        (69, (State.FAILED, "too_large")),
    ],
)
def test_an_upload_that_waits_takes_its_object_if_it_is_no_larger_than_agreed(max_bytes, expected):
    import_, tasks = waiting(max_bytes=max_bytes), Tasks()
    assert start(stored(sequencer="0a"), tasks) == import_
    assert end(import_) == expected
    known = now(import_)
    assert (known.identity, known.etag, known.bytes_total, known.sequencer) == ("v1", "e", 70, "0a")
    is_taken = expected[0] == State.QUEUED
    assert tasks.waiting == ([(str(import_.pk), 0)] if is_taken else [])
    told = [one.event for one in Occurrence.objects.all()]
    assert told == ([] if is_taken else ["import_failed"])
    assert (known.finished_at is None) == is_taken


@pytest.mark.parametrize("state", [State.PLANNING, State.WRITING, State.DONE, State.CANCELLED])
def test_a_second_event_of_one_that_began_or_ended_sends_nothing(state):
    import_, tasks = made(state=state), Tasks()
    assert start(stored(), tasks) == import_
    assert (now(import_).state, tasks.waiting) == (state, [])


@pytest.mark.parametrize(
    ("code", "goes_on"),
    [
        ("object_gone", True),
        ("not_uploaded", True),
        ("upload_lost", True),
        ("stalled", False),
        ("too_large", False),
    ],
)
def test_an_object_that_comes_after_all_puts_right_what_it_was_missed_for(code, goes_on):
    import_, tasks = made(state=State.FAILED, error_code=code, is_planned=False, chunks=0), Tasks()
    start(stored(), tasks)
    assert end(import_) == ((State.QUEUED, "") if goes_on else (State.FAILED, code))
    assert len(tasks.waiting) == goes_on


@pytest.mark.parametrize(
    ("before", "comes", "stays"),
    [("", "0a", "0a"), ("0a", "0b", "0b"), ("0b", "0a", "0b"), ("0a", "", "0a")],
)
def test_the_latest_place_among_the_versions_is_kept(before, comes, stays):
    import_ = made(sequencer=before)
    start(stored(sequencer=comes), Tasks())
    assert now(import_).sequencer == stays


@pytest.mark.parametrize("identity", ["v1", ""])
def test_the_object_of_a_deleted_import_is_not_imported_again(settings, identity):
    settings.DATA_BUCKET = "a-bucket"
    DeletedImport.objects.create(id=waiting().pk, **HERE, identity=identity)
    Import.objects.all().delete()
    with pytest.raises(WasDeleted):
        start(stored(), Tasks())
    assert not Import.objects.exists()
