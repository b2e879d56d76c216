"""The formats API."""

import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEntry
from ingestion.formats.models import Format
from ingestion.models import State
from tests.ingestion.formats.making import FILE, HEADER, OWN_NAMES, make, row
from tests.ingestion.helpers import Tasks, counts, line, run
from tests.ingestion.reading.formats.reading import definition
from tests.ingestion.reading.formats.suggest.test_certain import OTHER_NAMES
from tests.ingestion.responses import json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

FORMATS = "/api/formats/"
RIGHTS = [f"ingestion.{action}_format" for action in ("view", "add", "change", "delete")]


@pytest.fixture
def client():
    return api_client(*RIGHTS, "ingestion.view_import", "ingestion.change_import")


def send(client, method, address, data):
    return getattr(client, method)(address, json.dumps(data), content_type="application/json")


def post_file(client, address, text, **fields):
    content = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile(fields.pop("name", "file.csv"), content)
    return client.post(address, {**fields, "file": file}, format="multipart")


def test_a_format_is_made_changed_exported_and_deleted(client):
    options = definition(key_pattern="plant-a/*.csv").as_json()
    made = send(client, "post", FORMATS, {"name": "Plant A", **options})
    assert made.status_code == 201, json_of(made)["errors"]
    one = json_of(made)
    assert (one["name"], one["kind"], one["version"]) == ("Plant A", "messages", 1)
    address = made["Location"]
    changed = send(client, "patch", address, {"missing": ["NaN"], "units_row": True})
    assert json_of(changed)["version"] == 2
    assert json_of(changed)["key_pattern"] == "plant-a/*.csv"
    exported = json_of(client.get(address))
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    again = send(client, "post", FORMATS, exported)
    assert again.status_code == 201, json_of(again)
    same = {
        name: value
        for name, value in exported.items()
        if not name.endswith(("id", "_at", "version"))
    }
    assert {name: json_of(again)[name] for name in same} == same
    actions = (
        AuditEntry.objects.filter(kind="format").order_by("pk").values_list("action", flat=True)
    )
    assert list(actions) == ["created", "changed", "deleted", "created"]


def test_what_is_wrong_with_a_format_is_told_with_its_place(client):
    options = definition().as_json()
    options["columns"]["timestamp"]["timestamp"] = {"form": "pattern", "pattern": "%d.%m.%Y"}
    refused = send(client, "post", FORMATS, {"name": "x", **options})
    assert refused.status_code == 400
    (fault,) = json_of(refused)["errors"]
    assert fault["field"] == "columns.timestamp.timestamp.zone"
    assert "Europe/Zurich" in fault["detail"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "x"},
        {"name": "x", "columns": 5},
        {"name": "x", "columns": {"timestamp": {"column": 5}}},
        {"name": "x", "columns": {}, "kind": "nobody"},
        {"name": "\0", "columns": {}},
        {"name": "x", "columns": {}, "colour": "red"},
        {"name": "x", "columns": {}, "header": [None]},
        {"name": "x", "columns": {}, "missing": {"a": 1}},
    ],
)
def test_a_body_that_is_no_format_is_refused(client, data):
    assert send(client, "post", FORMATS, data).status_code == 400
    assert not Format.objects.exists()


def test_formats_are_listed_by_name_page_by_page(client):
    for name in ("b", "a", "c"):
        make(name, key_pattern=f"{name}/*.csv")
    first = json_of(client.get(f"{FORMATS}?page_size=2"))
    second = json_of(client.get(first["next"]))
    assert [one["name"] for one in (*first["results"], *second["results"])] == ["a", "b", "c"]
    assert second["next"] is None
    assert [one["name"] for one in json_of(client.get(f"{FORMATS}?search=C"))["results"]] == ["c"]


def test_versions_tell_who_made_them_and_what_they_read(client):
    made = make()
    run(FILE)
    send(client, "patch", f"{FORMATS}{made.pk}/", {"missing": ["-"]})
    found = json_of(client.get(f"{FORMATS}{made.pk}/versions/"))["results"]
    assert [(one["version"], one["imports"]) for one in found] == [(2, 0), (1, 1)]
    assert found[0]["created_by"]


def test_a_suggestion_becomes_a_format_that_lets_the_file_and_the_next_go_in(client):
    import_ = run(OTHER_NAMES, "waits.csv")
    assert import_.state == State.WAITING
    found = json_of(post_file(client, f"{FORMATS}suggest/", OTHER_NAMES))
    assert not found["certain"]
    assert found["needs_format"]
    options = found["format"]
    for question in found["questions"]:
        options = _merged(options, question["choices"][question["chosen"]]["value"])
    assert found["rows"][0]["record"]["local_avg"] == Decimal("1.41")
    made = send(client, "post", FORMATS, {"name": "Loggers", **options})
    assert made.status_code == 201, json_of(made)
    answer = {"format": json_of(made)["id"], "all": True}
    assert send(client, "post", f"/api/imports/{import_.pk}/format/", answer).status_code == 200
    tasks = Tasks()
    tasks.plan(str(import_.pk))
    tasks.run()
    assert counts(import_) == {"read": 2, "written": 2}
    again = json_of(post_file(client, f"{FORMATS}suggest/", OTHER_NAMES))
    assert (again["needs_format"], again["known"]["name"]) == (False, "Loggers")
    following = run(OTHER_NAMES.replace("2026-11-23", "2026-11-24"), "next.csv")
    assert counts(following) == {"read": 2, "written": 2}


def test_a_file_that_needs_no_format_is_told_so(client):
    found = json_of(post_file(client, f"{FORMATS}suggest/", OWN_NAMES + line(1)))
    assert (found["certain"], found["needs_format"], found["known"]) == (True, False, None)
    assert found["rows"][0]["record"]["location"] == "location-03"


@pytest.mark.parametrize("content", [b"", b"prose", b"\0\1\2", "größer;b\n1;2\n".encode("cp1252")])
def test_no_format_is_suggested_for_what_is_no_table(client, content):
    refused = post_file(client, f"{FORMATS}suggest/", content)
    assert refused.status_code == 400
    assert json_of(refused)["errors"][0]["field"] == "file"


def test_a_trial_keeps_nothing(client):
    options = definition().as_json()
    text = HEADER + row("2019-05-28T10:55:09Z") + row("yesterday")
    found = json_of(post_file(client, f"{FORMATS}try/", text, format=json.dumps(options)))
    assert (found["read"], found["rejected"]) == (2, 1)
    assert found["rows"][1]["faults"][0]["column"] == "When"
    assert not Format.objects.exists()
    for wrong in ("{", "[]", '{"columns": 1}', "[" * 10_000):
        assert post_file(client, f"{FORMATS}try/", text, format=wrong).status_code == 400


def _merged(options, change):
    result = dict(options)
    for name, value in change.items():
        is_object = isinstance(value, dict)
        result[name] = _merged(result.get(name) or {}, value) if is_object else value
    return result
