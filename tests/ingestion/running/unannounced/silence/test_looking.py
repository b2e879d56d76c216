"""What is overdue is noticed once, and once more when it is back; nobody is blamed for Sluice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingestion.models import Import, State
from silence import files
from silence.models import Device, FileDue, Heard, Watch
from silence.reporting import Reporting, keep
from tests.ingestion.running.unannounced.silence.helpers import (
    HOUR,
    MINUTE,
    NOON,
    fold,
    heard,
    look,
    look_after_pause,
    multiply,
    report,
)

pytestmark = pytest.mark.django_db


def test_a_silent_device_is_noticed_once_and_once_more_when_it_is_back():
    keep("climate", Reporting(60))
    report("one", [NOON])
    assert look(NOON + HOUR) == []
    [told] = look(NOON + 2 * HOUR)
    assert told.startswith("Overdue: 1 device of climate: one")
    assert look(NOON + 3 * HOUR) == []
    assert Device.objects.get().state == "overdue"
    heard("climate", {"one": NOON + 3 * HOUR}, NOON + 3 * HOUR)
    assert look(NOON + 3 * HOUR + MINUTE) == ["Back again: 1 device of climate: one"]
    assert look(NOON + 3 * HOUR + 2 * MINUTE) == []
    assert Device.objects.get().state == "reporting"


def test_late_data_does_not_bring_back_what_is_silent_still():
    keep("climate", Reporting(60))
    report("one", [NOON])
    look(NOON + 10 * HOUR)
    heard("climate", {"one": NOON + 5 * HOUR}, NOON + 10 * HOUR)
    assert look(NOON + 11 * HOUR) == []
    device = Device.objects.get()
    assert (device.state, device.due_at) == ("overdue", NOON + 6.5 * HOUR)


def test_files_of_the_past_that_follow_each_other_make_no_silence():
    keep("climate", Reporting(24 * 60))
    now = NOON + timedelta(days=30)
    for day in range(30):
        heard("climate", {"one": NOON + timedelta(days=day)}, now, source=f"file {day}")
        assert look(now) == []
        now += MINUTE
    heard("climate", {"two": NOON}, now)
    assert look(now + MINUTE) == []
    assert len(look(now + 3 * MINUTE)) == 1


def test_a_clock_that_runs_ahead_hides_no_silence():
    keep("climate", Reporting(60))
    heard("climate", {"one": NOON + timedelta(days=4000)}, NOON)
    assert len(look(NOON + 2 * HOUR)) == 1


def test_many_at_once_are_one_notice_a_kind_with_a_count():
    keep("climate", Reporting(60))
    keep("power", Reporting(60))
    heard("climate", {f"c{number}": NOON for number in range(30)}, NOON)
    heard("power", {"p": NOON}, NOON)
    told = look(NOON + 2 * HOUR)
    assert len(told) == 2
    assert told[0].startswith("Overdue: 30 devices of climate: c0, c1, c10 and others")


def test_an_ignored_device_is_never_overdue():
    keep("climate", Reporting(60))
    report("one", [NOON])
    Device.objects.update(is_ignored=True, due_at=None)
    heard("climate", {"one": NOON + MINUTE}, NOON + MINUTE)
    assert look(NOON + 9 * HOUR) == []


def test_a_file_that_is_due_is_noticed_once_and_once_more_when_it_comes():
    files.expect(7, 60)
    FileDue.objects.update(due_at=NOON)
    [told] = look(NOON + MINUTE)
    assert told == "Overdue: a file of 7. No file came since it is watched."
    assert look(NOON + 2 * MINUTE) == []
    files.came(7, NOON + 3 * MINUTE)
    assert look(NOON + 4 * MINUTE) == ["A file of 7 came"]
    assert look(NOON + 5 * MINUTE) == []


class TestSluiceItself:
    """Standing still blames nobody."""

    @pytest.fixture(autouse=True)
    def _a_device(self):
        keep("climate", Reporting(60))
        report("one", [NOON])
        look(NOON + MINUTE)

    def test_while_it_stood_still_the_time_did_not_run(self):
        files.expect(7, 60)
        FileDue.objects.update(due_at=NOON + HOUR)
        assert look_after_pause(NOON + 10 * HOUR) == []
        assert Device.objects.get().due_at == NOON + 11.5 * HOUR - MINUTE
        assert FileDue.objects.get().due_at == NOON + 11 * HOUR - MINUTE
        watch = Watch.objects.get()
        assert (watch.still_since, watch.still_until) == (NOON + MINUTE, NOON + 10 * HOUR)

    def test_what_came_meanwhile_is_handled_before_anybody_is_blamed(self):
        look_after_pause(NOON + 10 * HOUR, is_idle=False)
        Device.objects.update(due_at=NOON + 9 * HOUR)  # as its first file says
        for minute in range(1, 4):
            now = NOON + 10 * HOUR + minute * MINUTE
            assert look_after_pause(now, is_idle=False) == []
        assert len(look_after_pause(NOON + 10 * HOUR + 5 * MINUTE)) == 1

    def test_events_that_never_cease_do_not_keep_it_from_looking(self):
        look_after_pause(NOON + 10 * HOUR, is_idle=False)
        Device.objects.update(due_at=NOON + 9 * HOUR)
        told = [
            look_after_pause(NOON + 10 * HOUR + number * MINUTE, is_idle=False)
            for number in range(1, 70)
        ]
        assert sum(map(len, told)) == 1

    def test_a_file_that_waits_for_a_worker_holds_the_judgement_of_its_kind(self):
        now = timezone.now()
        made = Import.objects.create(
            bucket="b", key="k", identity="1", kind="climate", kind_version=1, state=State.WRITING
        )
        Import.objects.update(created_at=NOON + HOUR)
        assert look(now) == []
        Import.objects.update(state=State.QUEUED, kind_version=0, kind="messages")
        assert look(now) == []
        Import.objects.update(kind_version=1)
        assert len(look(now)) == 1
        assert made.kind == "climate"

    def test_an_upload_that_has_not_come_holds_nothing(self):
        Import.objects.create(bucket="b", key="k", identity="", state=State.QUEUED)
        Import.objects.update(created_at=NOON + HOUR)
        assert len(look(timezone.now())) == 1


def test_a_look_at_100_000_devices_takes_a_few_statements():
    heard("climate", {}, NOON)
    Device.objects.bulk_create(
        Device(
            kind=f"kind-{number % 2}",
            name=f"device {number}",
            seen_at=NOON,
            arrived_at=NOON,
            due_at=NOON + HOUR if number % 5 == 0 else NOON + timedelta(days=9),
        )
        for number in range(100)
    )
    multiply(999)
    look(NOON)
    with CaptureQueriesContext(connection) as quiet:
        assert look(NOON + 2 * MINUTE) == []
    with CaptureQueriesContext(connection) as loud:
        assert len(look(NOON + 2 * HOUR)) == 2
    assert Device.objects.filter(overdue_at__isnull=False).count() == 20_000
    assert len(quiet) <= 20
    assert len(loud) <= 35


def test_nothing_is_heard_in_vain():
    heard("climate", {"one": NOON}, NOON)
    fold()
    assert not Heard.objects.exists()
