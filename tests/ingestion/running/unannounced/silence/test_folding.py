"""What is known of a device: the same in whatever order, and however often, it was heard."""

import random
from datetime import timedelta

import pytest

from silence import folding
from silence.models import Device, Heard
from silence.reporting import Reporting, keep
from tests.ingestion.running.unannounced.silence.helpers import (
    HOUR,
    MINUTE,
    NOON,
    fold,
    heard,
    report,
)

pytestmark = pytest.mark.django_db


def known(name: str = "one") -> tuple[object, ...]:
    device = Device.objects.get(name=name)
    return device.seen_at, device.arrived_at, device.usual, device.due_at, device.moments


def test_the_usual_interval_is_the_median_of_the_last_gaps():
    gaps = [10, 10, 10, 60, 10, 10]
    moments = [NOON + timedelta(minutes=sum(gaps[:count])) for count in range(len(gaps) + 1)]
    assert report("one", moments).usual == timedelta(minutes=10)


def test_of_less_than_five_gaps_nothing_is_learned():
    device = report("one", [NOON + number * HOUR for number in range(5)])
    assert (device.usual, device.due_at) == (None, None)
    device = report("one", [NOON + 5 * HOUR])
    assert device.usual == HOUR
    assert device.due_at == NOON + 5 * HOUR + 3 * HOUR


def test_many_rows_of_one_file_are_one_moment():
    for day in range(6):
        for hour in range(24):
            moment = NOON + day * timedelta(days=1) + hour * HOUR
            heard("climate", {"one": moment}, moment, source=f"file {day}")
    fold()
    assert Device.objects.get().usual == timedelta(days=1)


def test_the_order_and_repeats_change_nothing():
    chance = random.Random(7)
    told = [
        ({"one": NOON + number * HOUR, "two": NOON - number * MINUTE}, f"file {number // 2}")
        for number in range(20)
    ]
    arrived = NOON + 20 * HOUR
    for moments, source in told:
        heard("climate", moments, arrived, source)
    fold()
    first = known("one"), known("two")
    for _ in range(5):
        Device.objects.all().delete()
        for moments, source in chance.sample(told, len(told)) + chance.choices(told, k=10):
            heard("climate", moments, arrived, source)
            if chance.random() < 0.3:
                fold()
        fold()
        assert (known("one"), known("two")) == first


def test_a_clock_that_runs_ahead_counts_as_it_came_in():
    keep("climate", Reporting(60))
    heard("climate", {"one": NOON + timedelta(days=400)}, NOON)
    fold()
    device = Device.objects.get()
    assert device.seen_at == NOON
    assert device.due_at == NOON + 1.5 * HOUR


def test_late_data_moves_a_device_on_only_as_far_as_it_goes():
    keep("climate", Reporting(60))
    report("one", [NOON])
    Device.objects.update(overdue_at=NOON + 4 * HOUR)
    heard("climate", {"one": NOON + 2 * HOUR}, NOON + timedelta(days=1))
    heard("climate", {"one": NOON - 2 * HOUR}, NOON + timedelta(days=1))
    fold()
    device = Device.objects.get()
    assert (device.seen_at, device.due_at) == (NOON + 2 * HOUR, NOON + 3.5 * HOUR)


def test_rejected_rows_are_remembered_of_devices_that_are_known():
    report("one", [NOON])
    Heard.objects.create(
        kind="climate", source="it", arrived_at=NOON + HOUR, rejected={"one": "bad", "two": "bad"}
    )
    fold()
    device = Device.objects.get()
    assert (device.name, device.seen_at) == ("one", NOON)
    assert (device.rejected_at, device.rejected_by, device.rejected_for) == (
        NOON + HOUR,
        "it",
        "bad",
    )


def test_no_more_devices_than_the_limit_are_followed(monkeypatch):
    monkeypatch.setattr(folding, "MAX_DEVICES", 3)
    heard("climate", {f"device {number}": NOON for number in range(5)}, NOON)
    heard("other", {"one": NOON}, NOON)
    fold()
    assert Device.objects.filter(kind="climate").count() == 3
    heard("climate", {f"device {number}": NOON + HOUR for number in range(5)}, NOON + HOUR)
    fold()
    assert Device.objects.filter(kind="climate", seen_at=NOON + HOUR).count() == 3
    assert Device.objects.filter(kind="other").count() == 1


def test_a_name_that_cannot_be_one_is_passed_over():
    heard("climate", {"": NOON, "x" * 1025: NOON, "y" * 1024: NOON}, NOON)
    fold()
    assert [len(one.name) for one in Device.objects.all()] == [1024]


def test_what_somebody_set_stays():
    device = report("one", [NOON])
    Device.objects.update(is_ignored=True, report_minutes=10)
    heard("climate", {"one": NOON + HOUR}, NOON + HOUR)
    fold()
    device.refresh_from_db()
    assert (device.is_ignored, device.report_minutes, device.due_at) == (True, 10, None)
