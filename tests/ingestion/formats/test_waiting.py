"""Imports that wait until somebody says what their files are."""

import pytest
from django.contrib.auth.models import User

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from ingestion.formats import answers
from ingestion.models import Import, State
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.running import lifecycle, recovery
from tests.ingestion.formats.making import FILE, HEADER, make, row
from tests.ingestion.helpers import Tasks, counts, records, run, start
from tests.ingestion.responses import json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

OTHER = HEADER + row("2019-05-28T10:55:11Z")


@pytest.fixture
def actor() -> Actor:
    return Actor(User.objects.create_user("somebody"), Channel.API)


def test_one_answer_lets_all_go_on_that_wait_for_the_same(actor):
    first, second, third = run(FILE), run(OTHER, "b.csv"), run("a,b\n1,2\n", "c.csv")
    made = make()
    tasks = Tasks()
    went = answers.answer(first, made.pk, actor, tasks, is_for_all=True)
    tasks.run()
    assert {one.pk for one in went} == {first.pk, second.pk}
    assert [counts(one)["written"] for one in (first, second)] == [2, 1]
    third.refresh_from_db()
    assert third.state == State.WAITING
    assert first.format_version == made.current
    assert AuditEntry.objects.filter(action="format chosen").count() == 2


def test_an_answer_is_for_one_import_unless_it_is_said_to_be_for_all(actor):
    first, second = run(FILE), run(OTHER, "b.csv")
    answers.answer(first, make().pk, actor, Tasks())
    second.refresh_from_db()
    assert second.state == State.WAITING


def test_a_waiting_import_is_left_alone_by_deliveries_and_recovery(settings):
    settings.STALL_SECONDS = 0
    tasks = Tasks()
    import_ = start(FILE, tasks)
    tasks.plan(str(import_.pk))
    tasks.plan(str(import_.pk))
    tasks.run()
    recovery.resume_stalled(tasks)
    assert tasks.waiting == []
    import_.refresh_from_db()
    assert (import_.state, records()) == (State.WAITING, [])


def test_an_answer_whose_task_was_lost_is_found(actor, settings):
    settings.STALL_SECONDS = 0
    import_ = run(FILE)
    answers.answer(import_, make().pk, actor, Tasks())
    tasks = Tasks()
    recovery.resume_stalled(tasks)
    tasks.run()
    assert counts(import_) == {"read": 2, "written": 2}


def test_a_waiting_import_can_be_declined_and_looked_at_again():
    import_ = run(FILE)
    assert lifecycle.cancel(import_)
    tasks = Tasks()
    import_.refresh_from_db()
    assert import_.state == State.CANCELLED
    assert lifecycle.run_again(import_, tasks)
    tasks.run()
    import_.refresh_from_db()
    assert import_.state == State.WAITING


def test_a_file_that_does_not_fit_the_answer_waits_again(actor):
    import_ = run("a,b,c\n1,2,3\n")
    tasks = Tasks()
    answers.answer(import_, make().pk, actor, tasks)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.waiting_for["code"]) == (State.WAITING, "not_of_format")


def test_a_changed_header_waits_and_is_accepted_as_the_next_version(actor):
    made = make(key_pattern="plant-a/*.csv")
    moved = FILE.replace("When;Site", "Site;When").replace("2019-05-28T10:55:09Z;roof", "x;x")
    import_ = run(moved, "plant-a/x.csv")
    assert (import_.state, import_.waiting_for["code"]) == (State.WAITING, "header_changed")
    assert "another order" in import_.waiting_for["detail"]
    tasks = Tasks()
    answers.answer(import_, made.pk, actor, tasks, accepts_header=True)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.format_version.number) == (State.DONE, 2)


def test_a_header_without_a_column_that_is_read_cannot_be_accepted(actor):
    made = make(key_pattern="plant-a/*.csv")
    import_ = run(FILE.replace("Remote", "Far"), "plant-a/x.csv")
    assert "lost Remote, gained Far" in import_.waiting_for["detail"]
    with pytest.raises(BadFormat):
        answers.answer(import_, made.pk, actor, Tasks(), accepts_header=True)


def test_the_api_tells_what_is_waited_for_and_takes_the_answer():
    client = api_client("ingestion.view_import", "ingestion.change_import")
    import_ = run(FILE)
    address = f"/api/imports/{import_.pk}/"
    body = json_of(client.get(address))
    assert (body["state"], body["error"], body["format"]) == ("waiting", None, None)
    assert body["waiting_for"]["header"] == HEADER.strip().split(";")
    assert [one["id"] for one in json_of(client.get("/api/imports/?state=waiting"))["results"]]
    answer = {"format": make().pk, "all": True}
    went = client.post(f"{address}format/", answer, content_type="application/json")
    assert json_of(went)["state"] in ("queued", "planning", "writing", "done")
    assert json_of(went)["format"] == {"id": answer["format"], "name": "Plant A", "version": 1}
    again = client.post(f"{address}format/", answer, content_type="application/json")
    assert (again.status_code, json_of(again)["code"]) == (409, "not_waiting")
    wrong = client.post(f"{address}format/", {"format": 999}, content_type="application/json")
    assert wrong.status_code == 400


def test_waiting_imports_outlive_the_process(db):
    import_ = run(FILE)
    assert Import.objects.get(pk=import_.pk).waiting_for["code"] == "unknown_columns"
