"""An import is deleted: what goes, what stays, and that its file is not imported again."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from common.aws.clients import s3_client
from ingestion.aws import sqs
from ingestion.models import Chunk, DeletedImport, Import, State
from ingestion.rejects import store
from ingestion.rejects.packed import Packer
from ingestion.running import lifecycle
from ingestion.running.ended import deletion
from ingestion.running.listener import Listener
from ingestion.running.recovery import recover
from ingestion.running.tasks import write_chunk
from ingestion.running.unannounced import search
from ingestion.running.unannounced.search import Scope
from messages_app.models import Day
from tests.ingestion.helpers import HEADER, Tasks, averages, line, lines, put, records, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BAD = line(9, avg="many")


def keys():
    """Of all versions of all objects, deleted ones too."""
    listed = s3_client().list_object_versions(Bucket=configured.DATA_BUCKET)
    found = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return sorted({one["Key"] for one in found})


def days():
    return dict(Day.objects.values_list("date", "count"))


def ended(import_: Import, ago: int) -> None:
    at = timezone.now() - timedelta(seconds=ago)
    Import.objects.filter(pk=import_.pk).update(finished_at=at)


def test_records_stay_and_rejected_rows_go():
    import_ = run(HEADER + lines(2) + BAD)
    before, counted = records(), days()
    assert len(keys()) == 2
    assert deletion.delete(import_)
    assert not Import.objects.exists()
    assert not Chunk.objects.exists()
    assert (records(), days()) == (before, counted)
    assert {record.origin.import_id for record in records()} == {str(import_.pk)}
    assert keys() == ["file.csv"]


def test_texts_of_chunks_that_were_kept_aside_go_too():
    import_ = run(gzip.compress((HEADER + lines(2)).encode()), key="file.csv.gz")
    assert len(keys()) == 2
    assert deletion.delete(import_)
    assert keys() == ["file.csv.gz"]


def test_an_event_that_comes_again_does_not_import_the_file_again():
    stored, tasks = put(HEADER + lines(2)), Tasks()
    Listener(tasks).listen_once()
    tasks.run()
    assert deletion.delete(Import.objects.get())
    with pytest.raises(deletion.WasDeleted):
        lifecycle.start(stored, tasks)
    assert not Import.objects.exists()


def test_the_listener_is_done_with_such_an_event_and_imports_the_others(settings):
    import_ = run(HEADER + lines(2))
    put(HEADER + lines(1), key="other.csv")
    assert deletion.delete(import_)
    url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
    Listener(Tasks()).listen_once()
    assert [one.key for one in Import.objects.all()] == ["other.csv"]
    assert sqs.backlog(url) == 0


def test_a_look_through_the_bucket_does_not_import_it_again():
    assert deletion.delete(run(HEADER + lines(2)))
    assert list(search.files(Scope())) == []
    assert recover(LONG_AGO, Tasks()) == (0, 0)
    assert not Import.objects.exists()


def test_another_content_under_its_key_is_another_file():
    assert deletion.delete(run(HEADER + lines(2)))
    assert run(HEADER + lines(3)).state == State.DONE


def test_a_file_that_comes_after_its_import_was_deleted_is_not_taken():
    """Neither with its own policy, of which nobody knows any more, nor with another one."""
    import_ = Import.objects.create(
        bucket=configured.DATA_BUCKET, key="uploads/1/file.csv", max_bytes=1000
    )
    assert lifecycle.cancel(import_)
    assert deletion.delete(import_)
    with pytest.raises(deletion.WasDeleted):
        start(HEADER + lines(2), Tasks(), key="uploads/1/file.csv")
    assert list(search.files(Scope())) == []


@pytest.mark.parametrize("state", [State.QUEUED, State.PLANNING, State.WRITING])
def test_a_running_import_is_left_alone(state):
    import_ = run(HEADER + lines(2) + BAD)
    Import.objects.filter(pk=import_.pk).update(state=state)
    import_.refresh_from_db()
    assert not deletion.delete(import_)
    assert deletion.why_not(import_)[1] == "import_running"
    assert Import.objects.get().rejected == 1
    assert len(keys()) == 2
    assert not DeletedImport.objects.exists()


def test_one_whose_rows_are_being_written_yet_is_left_alone_for_a_while(settings):
    tasks = Tasks()
    import_ = start(HEADER + lines(2), tasks)
    tasks.run_one()
    import_.chunks.update(is_begun=True)
    lifecycle.cancel(import_)
    import_.refresh_from_db()
    assert not deletion.delete(import_)
    assert deletion.why_not(import_)[1] == "import_being_written"
    ended(import_, ago=settings.STALL_SECONDS + 1)
    assert deletion.delete(import_)


def test_a_task_of_a_deleted_import_does_nothing():
    tasks = Tasks()
    import_ = start(HEADER + lines(2), tasks)
    tasks.run_one()
    lifecycle.cancel(import_)
    assert deletion.delete(import_)
    write_chunk(str(import_.pk), 1)
    assert averages() == []


def test_what_is_left_in_the_bucket_is_swept_later(settings):
    """Such as what a worker wrote that outlasted the deletion; once, and for ever."""
    import_ = run(HEADER + lines(2) + BAD)
    assert deletion.delete(import_)
    store.store(import_.bucket, Chunk(import_record_id=import_.pk, number=7), Packer())
    assert len(keys()) == 2
    deletion.sweep()
    assert len(keys()) == 2  # not yet
    past = timezone.now() - timedelta(seconds=settings.STALL_SECONDS + 1)
    DeletedImport.objects.update(at=past)
    deletion.sweep()
    assert keys() == ["file.csv"]
    assert DeletedImport.objects.get().is_swept


def test_without_s3_it_is_deleted_and_swept_when_s3_is_back(settings, embedded_aws):
    import_ = run(HEADER + lines(2) + BAD)
    settings.AWS_ENDPOINT_URL = "http://127.0.0.1:9"
    settings.AWS_PATIENCE = "web"
    assert deletion.delete(import_)
    past = timezone.now() - timedelta(seconds=settings.STALL_SECONDS + 1)
    DeletedImport.objects.update(at=past)
    deletion.sweep()
    assert not DeletedImport.objects.get().is_swept
    settings.AWS_ENDPOINT_URL = embedded_aws
    assert len(keys()) == 2
    deletion.sweep()
    assert keys() == ["file.csv"]
    assert DeletedImport.objects.get().is_swept
