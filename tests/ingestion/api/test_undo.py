"""Taking an import back through the API and the page: who may, what is said, what is written
down."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from ingestion.models import Import, State
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from project.access.roles import make_roles
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    averages,
    line,
    lines,
    records,
    run,
    start,
    take_back,
)
from tests.ingestion.responses import json_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def operator() -> Client:
    make_roles(apps, "default")
    user = User.objects.create_user("ada")
    user.groups.add(Group.objects.get(name="operator"))
    client = Client()
    client.force_login(user)
    return client


def finish(import_: Import) -> None:
    """What the workers do of an import whose taking back was asked for."""
    tasks = Tasks()
    tasks.undo(str(import_.pk), 0)
    tasks.run()
    import_.refresh_from_db()


def undo(client: Client, import_: Import, **data: str) -> Any:
    return client.post(f"/api/imports/{import_.pk}/undo/", data, "application/json")


def test_an_import_is_taken_back_and_says_what_became_of_its_rows(operator):
    import_ = run(HEADER + lines(3))
    assert json_of(operator.get(f"/api/imports/{import_.pk}/"))["undo"] is None
    response = undo(operator, import_)
    assert (response.status_code, json_of(response)["state"]) == (202, "undoing")
    finish(import_)
    seen = json_of(operator.get(f"/api/imports/{import_.pk}/"))
    assert seen["state"] == "undone"
    assert seen["undo"] == {"reversed": 3, "restored": 0, "edited": 0, "gone": 0}
    assert averages() == []
    entry = AuditEntry.objects.get(action="taken back")
    assert (entry.user_name, entry.channel, entry.target) == ("ada", "api", str(import_.pk))


def test_no_body_is_needed(operator):
    import_ = run(HEADER + lines(1))
    assert operator.post(f"/api/imports/{import_.pk}/undo/").status_code == 202


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: start(HEADER + lines(3), Tasks()), "import_running"),
        (lambda: run("nonsense\n"), "no_records"),
        (lambda: run(HEADER + lines(3), dry_run="true"), "no_records"),
    ],
)
def test_what_cannot_be_taken_back_is_a_conflict(operator, make, code):
    response = undo(operator, make())
    assert (response.status_code, json_of(response)["code"]) == (409, code)


def test_one_that_was_taken_back_already_is_a_conflict_and_can_be_run_again(operator):
    import_ = run(HEADER + lines(3))
    take_back(import_)
    assert json_of(undo(operator, import_))["code"] == "import_undone"
    again = operator.post(f"/api/imports/{import_.pk}/run-again/")
    assert (again.status_code, json_of(again)["state"], json_of(again)["undo"]) == (
        200,
        "queued",
        None,
    )


def test_records_without_copies_need_a_decision(operator):
    run(HEADER + lines(2))
    newer = HEADER + line(8, second=0) + line(9, second=1)
    import_ = run(newer, key="newer.csv", on_conflict="replace")
    import_.chunks.update(keeps_copies=False)
    response = undo(operator, import_)
    assert (response.status_code, json_of(response)["code"]) == (409, "copies_gone")
    assert "2 records" in json_of(response)["detail"]
    assert undo(operator, import_, without_copy="maybe").status_code == 400
    assert undo(operator, import_, without_copy="leave").status_code == 202


def test_taking_back_needs_the_permission_to_delete_records(operator):
    import_ = run(HEADER + lines(1))
    group = Group.objects.get(name="operator")
    group.permissions.remove(Permission.objects.get(codename="delete_message"))
    assert undo(operator, import_).status_code == 403
    assert operator.post(f"/imports/{import_.pk}/take-back/").status_code == 403
    assert "Take back" not in operator.get(f"/imports/{import_.pk}/").content.decode()


@pytest.fixture
def with_edited() -> Import:
    import_ = run(HEADER + lines(5))
    user = User.objects.create_user("grace")
    editor = Editor(BUILTIN.repository, Actor(user, Channel.PAGE))
    for record in records()[:3]:
        editor.update(record, {"location": "elsewhere"})
    take_back(import_)
    return import_


def test_the_records_that_stayed_are_listed_in_pages(operator, with_edited):
    address = f"/api/imports/{with_edited.pk}/left/?page_size=2"
    page = json_of(operator.get(address))
    first, second = page["results"]
    assert (first["line"], second["line"]) == (2, 3)
    assert (first["date"], first["time"]) == ("2019-05-28", "10:40:00")
    assert (first["reason"], first["edited_by"]) == ("edited", "grace")
    assert first["edited_at"].endswith("Z")
    rest = json_of(operator.get(page["next"]))
    assert ([one["line"] for one in rest["results"]], rest["next"]) == ([4], None)


def test_the_page_shows_what_became_of_the_rows_and_who_edited_what_stayed(operator, with_edited):
    text = operator.get(f"/imports/{with_edited.pk}/").content.decode()
    assert "3 records stayed" in text
    assert "edited by grace" in text
    assert 'href="/messages/2019-05-28/10:40:00/"' in text
    assert "Run again" in text
    listed = operator.get(f"/imports/{with_edited.pk}/left/?after_line=2").content.decode()
    assert ("10:40:00" in listed, "10:40:01" in listed) == (False, True)


def test_the_page_asks_and_then_has_it_done(operator):
    run(HEADER + lines(2))
    newer = HEADER + line(8, second=0) + line(9, second=1)
    import_ = run(newer, key="newer.csv", on_conflict="replace")
    address = f"/imports/{import_.pk}/take-back/"
    assert address in operator.get(f"/imports/{import_.pk}/").content.decode()
    assert "2 of its rows became records" in operator.get(address).content.decode()
    assert operator.post(address).status_code == 302
    import_.refresh_from_db()
    assert import_.state == State.UNDOING
    assert "Stop" in operator.get(f"/imports/{import_.pk}/").content.decode()
    assert operator.post(f"/imports/{import_.pk}/cancel/").status_code == 302
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.CANCELLED, "undo_stopped")
    assert "Continue taking back" in operator.get(f"/imports/{import_.pk}/").content.decode()
    operator.post(address)
    finish(import_)
    assert (import_.state, averages()) == (State.UNDONE, [0, 1])


def test_the_page_asks_what_becomes_of_records_without_copies(operator):
    run(HEADER + lines(1))
    import_ = run(HEADER + line(8, second=0), key="newer.csv", on_conflict="replace")
    import_.chunks.update(keeps_copies=False)
    address = f"/imports/{import_.pk}/take-back/"
    assert "of which there is no copy any more" in operator.get(address).content.decode()
    assert operator.post(address).status_code == 400
    assert operator.post(address, {"without_copy": "delete"}).status_code == 302
    finish(import_)
    assert averages() == [0]  # its copy is there after all
