"""The bounds of a turn: how many files, which of them, and how long it is nobody else's."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import DataError, connection
from django.utils import timezone

from common.aws.s3 import StoredObject
from ingestion.models import DeletedImport, Import, Replay
from ingestion.running.ended.deletion import WasDeleted
from ingestion.running.unannounced import search, turns
from ingestion.running.unannounced.search import Scope
from tests.ingestion.helpers import Tasks, put, put_empty
from tests.ingestion.running.core.made import Failing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

NOW = timezone.now()
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("count", [50, 51])
def test_a_turn_starts_fifty_files_and_goes_on_where_there_are_more(count):
    put_empty(f"{number:04}.csv" for number in range(count))
    turns.ask_for(Scope())
    assert turns.take_turn(Tasks())
    assert Import.objects.count() == 50
    assert [one.started for one in turns.asked_for()] == ([50] if count > 50 else [])


@pytest.mark.parametrize("error", [KeyError("a fault"), DataError("too long"), WasDeleted()])
def test_files_that_cannot_be_imported_do_not_keep_a_replay_for_ever(settings, error):
    settings.EVENT_SECONDS, settings.SWEEP_MINUTES = 0, 60
    put_empty(f"{number:04}.csv" for number in range(51))
    Replay.objects.create(is_sweep=True, since=NOW - timedelta(days=1), due_at=NOW)
    turns.take_turn(Failing(error))
    sweep = Replay.objects.get()
    assert (sweep.after_key, sweep.started) == ("", 0)
    assert sweep.due_at > timezone.now()


def test_a_page_of_which_one_file_was_started_is_read_again():
    class Once(Tasks):
        def plan(self, import_id):
            if self.waiting:
                raise KeyError("a fault")
            super().plan(import_id)

    put_empty(f"{number:04}.csv" for number in range(51))
    turns.ask_for(Scope())
    turns.take_turn(Once())
    assert [one.started for one in turns.asked_for()] == [1]


def test_of_two_who_see_a_replay_at_once_one_has_its_turn():
    others: list[Tasks] = []

    def other_first(execute, sql, *rest):
        if sql.startswith('UPDATE "ingestion_replay"') and not others:
            others.append(Tasks())
            assert turns.take_turn(others[0])
        return execute(sql, *rest)

    put("", key="a.csv")
    turns.ask_for(Scope())
    with connection.execute_wrapper(other_first):
        assert not turns.take_turn(Tasks())
    assert len(others[0].waiting) == 1


def test_started_files_are_counted_until_a_sweep_begins_anew(settings):
    settings.EVENT_SECONDS, settings.SWEEP_MINUTES = 0, 60
    put_empty(f"{number:04}.csv" for number in range(51))
    Replay.objects.create(is_sweep=True, since=NOW - timedelta(days=1), due_at=NOW, started=7)
    turns.take_turn(Tasks())
    sweep = Replay.objects.get()
    assert (sweep.started, sweep.due_at <= timezone.now()) == (57, True)
    turns.take_turn(Tasks())
    assert Replay.objects.get().started == 0


def test_a_turn_is_nobody_elses_as_long_as_a_message_is_hidden(settings):
    settings.VISIBILITY_SECONDS, settings.DATA_BUCKET = 1000, "no-such-bucket"
    turns.ask_for(Scope())
    assert turns.take_turn(Tasks())
    left = Replay.objects.get().due_at - timezone.now()
    assert 990 * SECOND < left <= 1000 * SECOND


@pytest.mark.parametrize(
    ("scope", "is_in"),
    [
        (Scope(), True),
        (Scope(since=NOW), True),
        (Scope(since=NOW + SECOND), False),
        (Scope(until=NOW), True),
        (Scope(until=NOW - SECOND), False),
        (Scope(since=NOW, until=NOW), True),
    ],
)
def test_both_ends_of_a_scope_are_in_it(scope, is_in):
    assert scope.has(StoredObject("a-bucket", "a.csv", "", "an-etag", 5), NOW) is is_in
    assert not scope.has(StoredObject("a-bucket", "a.txt", "", "an-etag", 5), NOW)


def test_a_file_whose_import_was_deleted_is_found_no_more():
    first, second = put("", key="a.csv"), put("", key="b.csv")
    bucket = configured.DATA_BUCKET
    other = {"id": "00000000-0000-0000-0000-000000000001", "bucket": bucket, "key": second.key}
    DeletedImport.objects.create(**other)
    Import.objects.create(bucket=bucket, key=first.key, identity=first.identity)
    third = put("", key="c.csv")
    Import.objects.create(bucket=bucket, key="d.csv", identity=third.identity)
    assert [one.key for one in search.files(Scope())] == ["c.csv"]
