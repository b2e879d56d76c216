"""Why a device or a file is overdue: what came of it is known, as its files are loaded here."""

import random
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.models import Import
from ingestion.running.unannounced import causes
from messages_app.kinds import making, registry
from messages_app.schema.definition import BadDefinition
from silence.models import Device, FileDue, Heard
from silence.reporting import Reporting, keep
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import HEADER, Tasks, line, run, start
from tests.ingestion.running.unannounced.silence.helpers import HOUR, MINUTE, fold, load, look, rows
from tests.messages_app.kinds import climate
from tests.messages_app.kinds.climate import somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def kind():
    return climate.make(report_minutes=60)


def ago(hours: float) -> datetime:
    return (timezone.now() - hours * HOUR).replace(microsecond=0)


def known() -> list[tuple[object, ...]]:
    return list(Device.objects.values_list("name", "seen_at", "due_at", "usual"))


def cause(name: str) -> causes.Cause:
    device = Device.objects.get(name=name)
    return causes.of_devices([device])[device.pk]


def test_devices_are_known_by_the_rows_of_a_file(kind):
    first, last = ago(9), ago(8)
    load(kind, (first, "one", 20), (last, "one", 21), (first, "two", 22))
    fold()
    seen = dict(Device.objects.values_list("name", "seen_at"))
    assert seen == {"one": last, "two": first}


def test_a_file_came_without_the_device(kind):
    load(kind, (ago(9), "one", 20), (ago(9), "two", 20))
    other = load(kind, (ago(0), "two", 20), key="later.csv")
    [told] = look(timezone.now() + 3 * MINUTE)
    assert told.startswith("Overdue: 1 device of climate: one. A file came without it, ")
    found = cause("one")
    assert (found.code, found.import_id) == ("without_it", str(other.pk))
    assert found.sentence.endswith("later.csv.")


def test_its_rows_were_rejected(kind):
    load(kind, (ago(9), "one", 20), (ago(9), "two", 20))
    fold()
    Device.objects.update(arrived_at=timezone.now() - MINUTE)  # S3 gives times in whole seconds
    bad = load(kind, (ago(0), "one", "hot"), (ago(0), "two", 20), key="later.csv")
    look(timezone.now() + 3 * MINUTE)
    found = cause("one")
    assert (found.code, found.import_id) == ("rejected", str(bad.pk))
    assert found.sentence.startswith("Its rows were rejected: temperature ")


def test_late_data_did_not_come_without_it(kind):
    load(kind, (ago(9), "one", 20))
    load(kind, (ago(12), "one", 20), key="late.csv")
    look(timezone.now() + 3 * MINUTE)
    assert cause("one").code == "nothing_came"


def test_a_file_came_and_failed(kind):
    load(kind, (ago(9), "one", 20))
    Import.objects.create(
        bucket="b",
        key="bad.csv",
        identity="1",
        kind="climate",
        state="failed",
        error_detail="Broken.",
    )
    look(timezone.now() + 3 * MINUTE)
    assert cause("one").code == "failed"
    assert cause("one").sentence == "bad.csv came, and its import failed: Broken."


def test_no_file_came(kind):
    load(kind, (ago(9), "one", 20))
    look(timezone.now() + 3 * MINUTE)
    assert cause("one") == causes.Cause("nothing_came", "No file of its kind came since.")


def test_others_came_by_another_way(kind):
    load(kind, (ago(9), "one", 20))
    later = timezone.now() + 2 * MINUTE
    Heard.objects.create(kind="climate", arrived_at=later, newest={"two": int(ago(0).timestamp())})
    look(timezone.now() + 3 * MINUTE)
    assert cause("one").code == "others_came"


def test_the_file_that_brought_it_did_not_come_without_it(kind):
    load(kind, (ago(9), "one", 20))
    Import.objects.update(created_at=timezone.now() + HOUR)  # later than its object
    fold()
    assert cause("one").code == "nothing_came"


def test_a_file_again_and_tasks_that_run_twice_change_nothing(kind):
    text = rows(kind, (ago(9), "one", 20), (ago(8), "two", "hot"))
    tasks = Tasks()
    start(text, tasks, kind="climate")
    tasks.run_shuffled(random.Random(3))
    fold()
    before = known()
    run(text, key="again.csv", kind="climate")
    fold()
    assert known() == before


def test_a_forecast_and_a_taking_back_say_nothing_of_devices(kind):
    load(kind, (ago(9), "one", 20))
    run(rows(kind, (ago(0), "one", 20)), key="try.csv", kind="climate", dry_run="true")
    fold()
    assert Device.objects.get().seen_at < ago(8)


def test_records_of_the_api_are_heard_of(kind, admin_client):
    sent = {"at": f"{ago(0).isoformat()}", "sensor": "one", "temperature": 1, "humidity": 40}
    for path, body in (
        ("/api/records/climate/", sent),
        ("/api/records/climate/batch/", {"messages": [{**sent, "sensor": "a b#c"}]}),
    ):
        done = admin_client.post(path, body, content_type="application/json")
        assert done.status_code in (200, 201), done.content
    fold()
    assert {tuple(one.parts) for one in Device.objects.all()} == {("one",), ("a b#c",)}


def test_a_kind_without_identity_has_a_field_named(settings):
    run(HEADER + line(1))
    assert not Heard.objects.exists()
    kind = registry.find("messages")
    with pytest.raises(BadDefinition):
        making.change(kind, {"device_field": "local_avg"}, somebody())
    making.change(kind, {"device_field": "remote_dest", "report_minutes": 5}, somebody())
    assert AuditEntry.objects.get().detail == {"report_minutes": 5, "device_field": "remote_dest"}
    run(HEADER + line(2, remote_dest="router 9"), key="second.csv")
    fold()
    assert Device.objects.get().parts == ["router 9"]
    making.change(kind, {"device_field": None}, somebody())
    assert not Device.objects.exists()


def test_identity_and_a_field_contradict_each_other(kind):
    with pytest.raises(BadDefinition):
        making.change(kind, {"device_field": "sensor"}, somebody())


def test_an_interval_that_is_set_counts_at_once(kind):
    load(kind, (ago(9), "one", 20))
    fold()
    making.change(kind, {"report_minutes": 24 * 60}, somebody())
    assert look(timezone.now() + 3 * MINUTE) == []
    making.change(kind, {"report_minutes": 30}, somebody())
    assert len(look(timezone.now() + 3 * MINUTE)) == 1
    assert registry.find("climate").as_json()["report_minutes"] == 30


def test_a_chunk_takes_one_statement_more_however_many_devices_it_has(kind):
    few, many = [
        statements(rows(kind, *((ago(9), f"device-{number}", 20) for number in range(count))))
        for count in (1, 2000)
    ]
    assert many <= few


def statements(text: str) -> int:
    tasks = Tasks()
    start(text, tasks, key=f"{len(text)}.csv", kind="climate")
    tasks.run_one()
    assert len(tasks.waiting) == 1
    with CaptureQueriesContext(connection) as queries:
        tasks.run_one()
    assert sum("silence_" in one["sql"] for one in queries) == 1
    return len(queries)


class TestFile:
    """A format of which a file is due."""

    @pytest.fixture
    def due(self):
        format_ = make(due_minutes=1, key_pattern="plant-a/*.csv")
        FileDue.objects.update(due_at=timezone.now() - MINUTE)
        return format_

    def test_none_came(self, due):
        assert look(timezone.now()) == [
            "Overdue: a file of Plant A. No file came since it is watched."
        ]

    def test_it_came(self, due):
        look(timezone.now())
        run(FILE, key="plant-a/today.csv")
        assert look(timezone.now()) == ["A file of Plant A came"]
        file = FileDue.objects.get()
        assert (file.overdue_at, file.due_at > timezone.now()) == (None, True)

    def test_a_try_out_is_no_file(self, due):
        run(FILE, key="plant-a/today.csv", dry_run="true")
        assert FileDue.objects.get().last_at is None

    def test_it_waits_for_somebody(self, due):
        run(FILE.replace("Site", "Place").replace("Link", "Wire"), key="plant-a/today.csv")
        look(timezone.now())
        [file] = FileDue.objects.all()
        assert causes.of_files([file])[file.pk].code == "waiting"

    def test_nothing_is_due_of_a_format_that_was_deleted(self, due, admin_client):
        admin_client.post(f"/formats/{due.pk}/delete/")
        assert not FileDue.objects.exists()

    def test_how_often_is_changed_with_the_format(self, due, admin_client):
        done = admin_client.patch(
            f"/api/formats/{due.pk}/", {"due_minutes": 60}, content_type="application/json"
        )
        assert done.json()["due_minutes"] == 60
        assert FileDue.objects.get().due_at > timezone.now() + timedelta(minutes=80)
        wrong = admin_client.patch(
            f"/api/formats/{due.pk}/", {"due_minutes": 0}, content_type="application/json"
        )
        assert wrong.status_code == 400
        admin_client.patch(
            f"/api/formats/{due.pk}/", {"due_minutes": None}, content_type="application/json"
        )
        assert not FileDue.objects.exists()


def test_a_kind_that_is_deleted_takes_its_devices_along(kind):
    keep("climate", Reporting(5))
    Device.objects.create(
        kind="climate", name="one", seen_at=timezone.now(), arrived_at=timezone.now()
    )
    making.delete(registry.find("climate"), somebody())
    assert not Device.objects.exists()
