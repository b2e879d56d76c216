"""Replays: what staff asked for, and the sweep, a turn at a time, by whichever listener comes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common.aws.clients import s3_client
from common.aws.s3 import BEGINNING
from ingestion.models import Import, Replay
from ingestion.running import lifecycle
from ingestion.running.listener import Listener
from ingestion.running.unannounced import turns
from ingestion.running.unannounced.search import Scope
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, put, put_empty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def sweeping(settings):
    settings.SWEEP_MINUTES = 60
    settings.SWEEP_PREFIX = "in/"


@pytest.fixture
def without_delay(settings):
    """Nobody waits for events that may be on their way."""
    settings.EVENT_SECONDS = 0


def keys():
    return sorted(import_.key for import_ in Import.objects.all())


def let_be_due(**changes):
    Replay.objects.update(due_at=timezone.now() - timedelta(seconds=1), **changes)


def test_what_was_asked_for_is_found_and_imported(tasks):
    put(HEADER + lines(3), key="in/a.csv")
    put(HEADER + lines(3), key="out/b.csv")
    turns.ask_for(Scope("in/"))
    assert turns.take_turn(tasks)
    tasks.run()
    assert counts(Import.objects.get()) == {"read": 3, "written": 3}
    assert not Replay.objects.exists()
    assert not turns.take_turn(tasks)


def test_a_replay_and_the_event_start_one_import_whichever_comes_first(tasks):
    first, second = (put(HEADER + lines(3), key=key) for key in ("a.csv", "b.csv"))
    lifecycle.start(first, tasks)
    for _ in range(2):
        turns.ask_for(Scope())
        turns.take_turn(tasks)
    lifecycle.start(second, tasks)
    assert keys() == ["a.csv", "b.csv"]


def test_who_asks_twice_asks_once(tasks):
    since = timezone.now() - timedelta(days=1)
    for scope in (Scope("in/"), Scope("in/"), Scope("in/", since), Scope("in/", since)):
        turns.ask_for(scope)
    assert len(turns.asked_for()) == 2


def test_an_upload_that_waits_for_its_file_gets_it(tasks):
    stored = put(HEADER, key="uploads/a.csv")
    waiting = Import.objects.create(bucket=stored.bucket, key=stored.key, on_conflict="reject")
    turns.ask_for(Scope())
    turns.take_turn(tasks)
    waiting.refresh_from_db()
    assert (Import.objects.count(), waiting.identity) == (1, stored.identity)


def test_a_turn_starts_some_and_the_next_goes_on(tasks):
    for number in range(2 * turns.MAX_STARTS + 1):
        put("", key=f"{number:04}.csv")
    turns.ask_for(Scope())
    started = []
    while turns.take_turn(tasks):
        started.append(Import.objects.count())
    assert started == [turns.MAX_STARTS, 2 * turns.MAX_STARTS, 2 * turns.MAX_STARTS + 1]


def test_a_turn_reads_one_page_of_the_listing(tasks):
    put_empty(f"{number:04}.txt" for number in range(1001))
    put("", key="9999.csv")
    turns.ask_for(Scope())
    turns.take_turn(tasks)
    assert (keys(), turns.asked_for()[0].after_key) == ([], "0999.txt")
    turns.take_turn(tasks)
    assert keys() == ["9999.csv"]


def test_a_turn_is_one_listeners_alone(tasks):
    class Slow(Tasks):
        """While it starts the import, another listener looks for work."""

        def plan(self, import_id):
            super().plan(import_id)
            assert not turns.take_turn(Tasks())

    put("", key="a.csv")
    turns.ask_for(Scope())
    slow = Slow()
    assert turns.take_turn(slow)
    assert len(slow.waiting) == 1


def test_a_turn_that_came_to_nothing_is_anybodys_later(tasks):
    class Broken(Tasks):
        def plan(self, import_id):
            raise OSError("no broker")

    put("", key="a.csv")
    turns.ask_for(Scope())
    with pytest.raises(OSError, match="no broker"):
        turns.take_turn(Broken())
    assert not turns.take_turn(tasks)
    let_be_due()
    assert turns.take_turn(tasks)
    assert not Replay.objects.exists()


def test_a_late_end_of_a_turn_undoes_nothing_of_the_next(tasks):
    class Overtaken(Tasks):
        """It takes so long that the turn is another listener's by then."""

        def plan(self, import_id):
            let_be_due(after_key="zzz")

    put("", key="a.csv")
    turns.ask_for(Scope())
    turns.take_turn(Overtaken())
    assert Replay.objects.get().after_key == "zzz"


def test_a_file_that_cannot_be_imported_holds_up_no_other(tasks):
    class Breaks(Tasks):
        def plan(self, import_id):
            if Import.objects.get(pk=import_id).key == "a.csv":
                raise OverflowError("a fault of our own")
            super().plan(import_id)

    for key in ("a.csv", "b.csv"):
        put("", key=key)
    turns.ask_for(Scope())
    breaks = Breaks()
    turns.take_turn(breaks)
    assert len(breaks.waiting) == 1
    assert not Replay.objects.exists()


def test_a_bucket_that_does_not_answer_is_asked_again_later(tasks, settings):
    settings.DATA_BUCKET = "no-such-bucket"
    turns.ask_for(Scope())
    assert turns.take_turn(tasks)
    assert not turns.take_turn(tasks)
    assert Replay.objects.get().due_at > timezone.now()


def test_the_sweep_comes_again(tasks, sweeping, without_delay):
    turns.arrange_sweep()
    for key in ("in/a.csv", "in/b.csv"):
        put("", key=key)
        put("", key=key.replace("in", "out"))
        let_be_due()
        assert turns.take_turn(tasks)
        assert not turns.take_turn(tasks)
    assert keys() == ["in/a.csv", "in/b.csv"]
    sweep = Replay.objects.get()
    assert timedelta(minutes=59) < sweep.due_at - timezone.now() <= timedelta(minutes=60)
    assert (sweep.after_key, sweep.after_version) == BEGINNING


def test_the_sweep_leaves_new_files_to_their_events(tasks, sweeping):
    put("", key="in/a.csv")
    turns.arrange_sweep()
    turns.take_turn(tasks)
    assert keys() == []


def test_the_sweep_is_as_the_settings_have_it(settings, sweeping):
    for _ in range(2):
        turns.arrange_sweep()
    settings.SWEEP_PREFIX = "other/"
    turns.ask_for(Scope("in/"))
    turns.arrange_sweep()
    assert sorted(Replay.objects.values_list("is_sweep", "prefix")) == [
        (False, "in/"),
        (True, "other/"),
    ]
    settings.SWEEP_MINUTES = 0
    turns.arrange_sweep()
    assert [replay.prefix for replay in turns.asked_for()] == ["in/"]
    assert not Replay.objects.filter(is_sweep=True).exists()


@pytest.mark.django_db(transaction=True)  # between messages the listener drops its connection
def test_a_listener_sweeps_by_itself(sweeping, without_delay, settings):
    class LastPlan(Tasks):
        def plan(self, import_id):
            super().plan(import_id)
            listener.stop()

    settings.POLL_SECONDS = 0
    s3_client().put_bucket_notification_configuration(
        Bucket=settings.DATA_BUCKET, NotificationConfiguration={}
    )
    put(HEADER + lines(3), key="in/a.csv")
    tasks = LastPlan()
    listener = Listener(tasks)
    listener.run()
    tasks.run()
    assert counts(Import.objects.get()) == {"read": 3, "written": 3}
