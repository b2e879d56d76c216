"""What counts as the cause that something is overdue, to the second; and the words for people."""

from datetime import timedelta

import pytest

from ingestion.models import Import
from ingestion.running.unannounced import causes, overdue
from notices.events import Event
from notices.models import Occurrence
from silence import files
from silence.models import Device, FileDue, Heard, Watch
from silence.reporting import Reporting, keep
from tests.ingestion.formats.making import make
from tests.ingestion.running.unannounced.silence.helpers import HOUR, MINUTE, NOON, heard, look

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def device(name="one", **options):
    usual = {"kind": "climate", "name": name, "seen_at": NOON, "arrived_at": NOON}
    return Device.objects.create(**usual | options)


def file(key="file.csv", **options):
    usual = {"bucket": "b", "key": key, "identity": "1", "kind": "climate", "state": "done"}
    return Import.objects.create(**{**usual, "modified_at": NOON, **options})


def cause(one):
    return causes.of_devices([one])[one.pk]


@pytest.mark.parametrize(("later", "code"), [(0, "nothing_came"), (1, "rejected")])
def test_rows_that_were_rejected_since_it_was_heard_of_are_the_cause(later, code):
    at = NOON + later * SECOND
    found = cause(device(rejected_at=at, rejected_by="an-import", rejected_for="t is wrong"))
    assert found.code == code
    if later:
        assert found.sentence == "Its rows were rejected: t is wrong."
        assert found.import_id == "an-import"


@pytest.mark.parametrize(("later", "code"), [(-1, "nothing_came"), (0, "without_it")])
def test_a_file_that_came_since_came_without_it(later, code):
    one = file(modified_at=NOON + later * SECOND)
    found = cause(device())
    assert found.code == code
    assert found.import_id == ("" if later else str(one.pk))
    assert ("2026-03-01 12:00 UTC" in found.sentence) is (code == "without_it")


def test_a_file_that_brought_it_is_no_cause():
    one = file(modified_at=NOON + HOUR)
    assert cause(device(moments=[[5, "another"], [7, str(one.pk)]])).code == "nothing_came"
    assert cause(device("two", moments=[[5, "another"]])).code == "without_it"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"state": "failed", "error_detail": "Broken."}, "file.csv came, and its import failed"),
        ({"dry_run": True}, "No record of its kind"),
        ({"state": "writing"}, "No record of its kind"),
        ({"kind": "power"}, "No record of its kind"),
        ({"modified_at": NOON - HOUR}, "No file of its kind"),
        ({"modified_at": None}, "A file came without it"),
    ],
)
def test_which_files_count(options, sentence):
    file(**options)
    assert cause(device()).sentence.startswith(sentence)


def test_mended_rows_are_no_file_and_the_newest_counts():
    first = file("first.csv", state="failed")
    file("rejects", parent=first, state="done")
    assert cause(device()).code == "failed"
    file("second.csv", identity="2")
    assert cause(device("two")).sentence.endswith("second.csv.")


@pytest.mark.parametrize(
    ("due", "others", "code"),
    [
        (NOON + HOUR, NOON + 30 * MINUTE, "nothing_came"),
        (NOON + HOUR, NOON + 30 * MINUTE + SECOND, "others_came"),
        (None, NOON, "nothing_came"),
        (None, NOON + SECOND, "others_came"),
        (NOON - HOUR, NOON, "nothing_came"),
        (NOON - HOUR, NOON + SECOND, "others_came"),
    ],
)
def test_others_that_came_well_behind_it_did_not_fall_silent_with_it(due, others, code):
    device("two", arrived_at=others)
    device("three", kind="power", arrived_at=NOON + 9 * HOUR)
    found = cause(device(due_at=due))
    assert found.code == code
    if code == "others_came":
        assert f"{others:%Y-%m-%d %H:%M} UTC; it did not" in found.sentence


def of_file(**options):
    files.expect(7, 60)
    FileDue.objects.update(**options)
    due = FileDue.objects.get(pk=7)
    return causes.of_files([due])[7]


def test_a_file_of_a_format_may_wait_or_have_failed_or_not_come():
    assert of_file().sentence == "No file came since it is watched."
    assert of_file(last_at=NOON).sentence == "No file came since 2026-03-01 12:00 UTC."
    waits = {"state": "waiting", "waiting_for": {"format": 7}}
    file("other.csv", state="waiting", waiting_for={}, identity="0")
    newest = file("waits.csv", **waits)
    older = file("older.csv", identity="2", **waits)
    Import.objects.filter(pk=older.pk).update(created_at=NOON)
    found = of_file()
    assert (found.code, found.import_id) == ("waiting", str(newest.pk))
    assert "waits.csv" in found.sentence


def test_a_file_that_failed_is_the_cause_until_one_came():
    format_ = make("plant")
    version = format_.versions.get()
    failed = file("bad.csv", state="failed", error_detail="Broken.", format_version=version)
    file("try.csv", state="failed", identity="2", dry_run=True, format_version=version)
    files.expect(format_.pk, 60)
    due = FileDue.objects.get()
    found = causes.of_files([due])[due.pk]
    assert (found.code, found.import_id) == ("failed", str(failed.pk))
    assert causes.names_of([due]) == {due.pk: ("plant", "messages")}
    due.last_at = NOON
    assert causes.of_files([due])[due.pk].code == "nothing_came"


@pytest.mark.parametrize(
    ("count", "names"), [(2, "d0, d1"), (3, "d0, d1, d2"), (4, "d0, d1, d2 and others")]
)
def test_people_are_told_of_three_by_name(count, names):
    keep("climate", Reporting(60))
    heard("climate", {f"d{number}": NOON for number in range(count)}, NOON)
    assert look(NOON + 2 * HOUR) == [f"Overdue: {count} devices of climate: {names}"]
    told = Occurrence.objects.get()
    assert told.payload["count"] == count
    assert [one["device"] for one in told.payload["devices"]] == [[f"d{n}"] for n in range(count)]
    assert {one["cause"] for one in told.payload["devices"]} == {"nothing_came"}
    assert told.path.endswith("?kind=climate&state=overdue")
    assert told.event == Event.DEVICE_OVERDUE


def test_of_one_alone_the_cause_is_told():
    keep("climate", Reporting(60))
    heard("climate", {"one": NOON}, NOON)
    sentence = "No record of its kind came since."
    assert look(NOON + 2 * HOUR) == [f"Overdue: 1 device of climate: one. {sentence}"]


def test_what_came_back_is_told_without_a_cause():
    keep("climate", Reporting(60))
    heard("climate", {"one": NOON}, NOON)
    look(NOON + 2 * HOUR)
    Occurrence.objects.all().delete()
    heard("climate", {"one": NOON + 3 * HOUR}, NOON + 3 * HOUR)
    look(NOON + 3 * HOUR + MINUTE)
    told = Occurrence.objects.get()
    assert set(told.payload["devices"][0]) == {"device", "seen_at"}
    assert told.path.endswith("?kind=climate")
    assert told.event == Event.BACK


def test_a_file_that_is_overdue_is_told_with_its_cause_and_one_that_came_without():
    files.expect(7, 60)
    FileDue.objects.update(due_at=NOON)
    look(NOON + MINUTE)
    overdue_ = Occurrence.objects.get()
    assert (overdue_.payload["format"], overdue_.payload["cause"]) == (7, "nothing_came")
    assert overdue_.payload["last_at"] is None
    assert overdue_.event == Event.FILE_OVERDUE
    files.came(7, NOON + 3 * MINUTE)
    look(NOON + 4 * MINUTE)
    came = Occurrence.objects.exclude(pk=overdue_.pk).get()
    assert "cause" not in came.payload
    assert came.event == Event.BACK
    assert came.payload["last_at"] == (NOON + 3 * MINUTE).isoformat()


@pytest.mark.parametrize(("seconds", "is_looked"), [(14, False), (15, True)])
def test_it_is_looked_every_fifteen_seconds(seconds, is_looked):
    keep("climate", Reporting(60))
    device(due_at=NOON)
    now = NOON + HOUR
    Watch.objects.update(checked_at=now - timedelta(seconds=seconds))
    overdue.take_turn(is_idle=True, now=now)
    assert Occurrence.objects.exists() is is_looked


def test_of_two_files_that_wait_the_older_holds_the_judgement():
    keep("climate", Reporting(60))
    heard("climate", {"one": NOON}, NOON)
    for kind, hours in (("climate", 9), ("climate", 1), ("climate", 5)):
        one = file(f"{hours}.csv", kind=kind, kind_version=hours, state="writing")
        Import.objects.filter(pk=one.pk).update(created_at=NOON + hours * HOUR)
    assert look(NOON + 4 * HOUR) == []
    assert not Heard.objects.exists()
    Import.objects.filter(kind_version=1).delete()
    assert len(look(NOON + 4 * HOUR + MINUTE)) == 1
