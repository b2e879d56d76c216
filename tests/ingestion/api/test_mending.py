"""Rejects are mended, let go of and loaded through the API."""

import pytest

from audit.models import AuditEntry
from ingestion.models import Import, State
from tests.ingestion.helpers import HEADER, averages, line, run
from tests.ingestion.responses import faults_of, json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

MAY = ("ingestion.view_import", "ingestion.change_import", "messages_app.add_message")
FAULT = {"code": "not_a_number", "column": "local_avg"}
WRONG = HEADER + line(0) + line(1, avg="x") + line(2, avg="y")


@pytest.fixture
def client(db):
    return api_client(*MAY)


def patch(client, import_, number, body):
    url = f"/api/imports/{import_.pk}/rejects/{number}/"
    return client.patch(url, body, format="json")


def post(client, import_, name, body=None):
    return client.post(f"/api/imports/{import_.pk}/rejects/{name}/", body or {}, format="json")


def mending(client, import_):
    return json_of(client.get(f"/api/imports/{import_.pk}/"))["mending"]


def test_a_row_is_mended_by_its_column_and_loaded_by_a_child(client):
    import_ = run(WRONG)

    body = json_of(patch(client, import_, 3, {"values": {"local_avg": "7"}}))
    assert (body["state"], body["mended"]["faults"]) == ("ready", [])
    assert body["row"][4] == "x"
    assert body["mended"]["row"][4] == "7"
    assert body["edited_by"].startswith("user-")
    assert body["edited_at"] > import_.created_at.isoformat()

    response = post(client, import_, "load")

    assert response.status_code == 201
    child = json_of(response)
    assert response["Location"].endswith(f"/api/imports/{child['id']}/")
    assert child["parent"] == str(import_.pk)
    assert child["created_by"].startswith("user-")
    assert (
        json_of(client.get(f"/api/imports/{import_.pk}/rejects/"))["results"][0]["import"]
        == (child["id"])
    )
    assert averages() == [0]  # a worker loads it


def test_a_row_that_is_still_wrong_is_kept_with_what_is_wrong(client):
    import_ = run(WRONG)
    row = [*line(1).strip().split(",")[:4], "-1", "device-1", "9.09"]

    body = json_of(patch(client, import_, 3, {"row": row}))

    assert body["state"] == "open"
    assert [fault["code"] for fault in body["mended"]["faults"]] == ["too_small"]
    assert body["mended"]["row"] == row
    listed = json_of(client.get(f"/api/imports/{import_.pk}/rejects/"))["results"][0]
    assert listed == body


def test_a_row_is_put_back(client):
    import_ = run(WRONG)
    patch(client, import_, 3, {"values": {"local_avg": "7"}})

    body = json_of(client.delete(f"/api/imports/{import_.pk}/rejects/3/"))

    assert (body["state"], body["mended"]) == ("open", None)


def test_rows_are_let_go(client):
    import_ = run(WRONG + "1,2\n" + line(5, avg="z"))

    body = json_of(post(client, import_, "ignore", {"lines": [3]}))
    assert body == {"let_go": 1, "open": 3, "is_whole": True}
    fault = {"code": "not_a_number", "column": "local_avg"}
    assert json_of(post(client, import_, "ignore", fault))["open"] == 1
    assert json_of(post(client, import_, "ignore", {"all": True}))["open"] == 0
    listed = json_of(client.get(f"/api/imports/{import_.pk}/rejects/"))["results"]
    assert all(one["edited_by"].startswith("user-") for one in listed)
    assert mending(client, import_) == {"mended": 0, "let_go": 4, "open": 0}


def test_a_value_is_replaced_or_filled_in_in_all_rows_with_a_fault(client):
    import_ = run(WRONG + line(5, avg="x") + "1,2\n")

    body = json_of(post(client, import_, "replace", {**FAULT, "old": "x", "new": "7"}))
    assert body == {"changed": 2, "ready": 2, "is_whole": True}
    body = json_of(post(client, import_, "replace", {**FAULT, "new": "8"}))
    assert body == {"changed": 1, "ready": 1, "is_whole": True}

    listed = json_of(client.get(f"/api/imports/{import_.pk}/rejects/"))["results"]
    assert [one["state"] for one in listed] == ["ready", "ready", "ready", "open"]
    entries = AuditEntry.objects.filter(target=str(import_.pk), action="mended rejects")
    assert [entry.detail["rows"] for entry in entries] == [1, 2]


def test_of_an_import_without_rejects_nothing_is_replaced(client):
    imports = [run(HEADER + line(0)), Import.objects.create(bucket="b", key="k", state="failed")]
    for import_ in imports:
        body = json_of(post(client, import_, "replace", {**FAULT, "new": "7"}))
        assert body == {"changed": 0, "ready": 0, "is_whole": True}
        cures = json_of(client.get(f"/api/imports/{import_.pk}/rejects/cures/", FAULT))
        assert cures == {"results": []}


@pytest.mark.parametrize("body", [{}, {"code": "not_a_number", "new": "1"}, {"new": "1"}])
def test_where_to_replace_must_be_said(client, body):
    assert post(client, run(WRONG), "replace", body).status_code == 400


def test_a_fault_of_no_column_is_not_replaced(client):
    body = {"code": "missing", "column": "no such", "new": "1"}
    response = post(client, run(WRONG), "replace", body)
    assert (response.status_code, json_of(response)["code"]) == (409, "no_column")


def test_what_was_done_is_in_the_audit_trail(client):
    import_ = run(WRONG)
    patch(client, import_, 3, {"values": {"local_avg": "7"}})
    post(client, import_, "load")
    post(client, import_, "ignore", {"all": True})

    entries = AuditEntry.objects.filter(target=str(import_.pk)).values_list("action", flat=True)
    assert set(entries) >= {"loaded mended rejects", "let go of rejects"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "row"),
        ({"row": []}, "row"),
        ({"row": ["a"], "values": {}}, "row"),
        ({"row": [["a"]]}, "row.0"),
        ({"row": ["a\0"]}, "row.0"),
        ({"row": ["a" * 20_000]}, "row.0"),
        ({"row": ["a" * 10_000] * 10}, "row"),
        ({"values": {"nothing": "1"}}, "values.nothing"),
        ({"cells": ["1"]}, "cells"),
    ],
)
def test_a_row_that_is_none_is_refused(client, body, field):
    import_ = run(WRONG)
    response = patch(client, import_, 3, body)
    assert response.status_code == 400, response.content
    assert field in faults_of(response)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lines": []},
        {"lines": ["x"]},
        {"lines": [3], "all": True},
        {"column": "local_avg"},
        {"lines": list(range(1, 1200))},
    ],
)
def test_which_to_let_go_of_must_be_said(client, body):
    assert post(client, run(WRONG), "ignore", body).status_code == 400


def test_what_was_not_rejected_is_404(client):
    import_ = run(WRONG)
    for number in ("0", "2", "999999999999999"):
        assert patch(client, import_, number, {"row": ["1"]}).status_code == 404
    assert post(client, import_, "ignore", {"lines": [2]}).status_code == 404


def test_what_cannot_be_done_now_is_409_with_the_reason(client):
    import_ = run(WRONG)
    response = post(client, import_, "load")
    assert (response.status_code, json_of(response)["code"]) == (409, "nothing_to_load")

    Import.objects.update(state=State.WRITING)
    for response in (
        patch(client, import_, 3, {"values": {"local_avg": "7"}}),
        post(client, import_, "load"),
        post(client, import_, "ignore", {"all": True}),
        post(client, import_, "replace", {**FAULT, "new": "7"}),
        client.get(f"/api/imports/{import_.pk}/rejects/cures/", FAULT),
    ):
        assert (response.status_code, json_of(response)["code"]) == (409, "import_running")


@pytest.mark.parametrize("missing", ["ingestion.change_import", "messages_app.add_message"])
def test_it_takes_the_permissions_to_change_imports_and_to_make_records(missing):
    import_ = run(WRONG)
    client = api_client(*(one for one in MAY if one != missing))
    assert patch(client, import_, 3, {"values": {"local_avg": "7"}}).status_code == 403
    assert post(client, import_, "load").status_code == 403
    assert post(client, import_, "ignore", {"all": True}).status_code == 403
    assert post(client, import_, "replace", {**FAULT, "new": "7"}).status_code == 403
    assert post(client, import_, "cure", {**FAULT, "cure": "0"}).status_code == 403
    assert client.get(f"/api/imports/{import_.pk}/rejects/cures/", FAULT).status_code == 403
