"""How many partitions a day of a kind has: said when it is made, and told."""

from typing import Any

import pytest
import simplejson
from rest_framework.test import APIClient

from common.aws.clients import dynamodb_client
from messages_app.kinds import registry
from messages_app.kinds.record_kind import table_of
from messages_app.models import Kind, Spread
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from tests.messages_app.api_client import api_client
from tests.messages_app.kinds.climate import CLIMATE, DATE, RECORD, make

pytestmark = pytest.mark.django_db
RECORDS = "/api/records/climate/"


@pytest.fixture
def program(aws: str) -> APIClient:
    actions = ("view", "add", "change", "delete")
    models = ("kind", "message")
    return api_client(*(f"messages_app.{one}_{model}" for one in actions for model in models))


def send(method: Any, path: str, data: Any) -> Any:
    return method(path, data=simplejson.dumps(data), content_type="application/json")


def test_a_kind_is_made_with_its_partitions_and_tells_them(program: APIClient) -> None:
    made = send(program.post, "/api/kinds/", CLIMATE | {"partitions": 8})
    assert (made.status_code, made.json()["partitions"]) == (201, 8)
    listed = program.get("/api/kinds/").json()["results"]
    assert {one["name"]: one["partitions"] for one in listed} == {"messages": 1, "climate": 8}
    changed = send(program.patch, "/api/kinds/climate/", {"label": "Rooms", "partitions": 8})
    assert (changed.json()["label"], changed.json()["partitions"]) == ("Rooms", 8)


@pytest.mark.parametrize("partitions", [0, 65, 1.5, True, "8", None, [8]])
def test_what_is_no_number_of_partitions_is_refused(program: APIClient, partitions: Any) -> None:
    refused = send(program.post, "/api/kinds/", CLIMATE | {"partitions": partitions})
    assert refused.status_code == 400
    [fault] = refused.json()["errors"]
    expected = ("partitions", "must be a whole number from 1 to 64")
    assert (fault["field"], fault["detail"]) == expected
    assert not Kind.objects.exists()


@pytest.mark.parametrize("kind", ["messages", "climate"])
def test_of_a_kind_that_is_there_they_are_changed_by_a_command(
    program: APIClient, kind: str
) -> None:
    make()
    refused = send(program.patch, f"/api/kinds/{kind}/", {"partitions": 4})
    assert (refused.status_code, refused.json()["code"]) == (409, "kind_refused")
    assert f"manage.py spread {kind} 4" in refused.json()["detail"]
    assert not Spread.objects.exists()


def test_records_are_spread_by_their_identity_too_and_keep_their_plain_date(
    program: APIClient,
) -> None:
    send(program.post, "/api/kinds/", CLIMATE | {"partitions": 8})
    devices = [f"device-{number}" for number in range(40)]
    for device in devices:
        assert send(program.post, RECORDS, RECORD | {"sensor": device}).status_code == 201
    found = program.get(f"{RECORDS}?date={DATE}&page_size=100").json()["results"]
    assert [one["sensor"] for one in found] == sorted(devices)
    assert {one["date"] for one in found} == {DATE}
    one = f"{RECORDS}{DATE}/10:00:00%23device-7/"
    assert program.get(one).json()["sensor"] == "device-7"
    assert program.delete(one).status_code == 204
    items = dynamodb_client().scan(TableName=table_of("climate"))["Items"]
    assert {item["date"]["S"] for item in items} == {f"{DATE}#{number}" for number in range(8)}


def test_a_partition_key_is_no_date(program: APIClient) -> None:
    send(program.post, "/api/kinds/", CLIMATE | {"partitions": 2})
    send(program.post, RECORDS, RECORD)
    for number in range(2):
        date = f"{DATE}%23{number}"
        assert program.get(f"{RECORDS}{date}/10:00:00%23device-7/").status_code == 400
        assert program.get(f"{RECORDS}?date={date}").status_code == 400


def test_a_kind_that_is_deleted_leaves_nothing_behind(program: APIClient) -> None:
    send(program.post, "/api/kinds/", CLIMATE | {"partitions": 8})
    assert program.delete("/api/kinds/climate/").status_code == 204
    assert not Spread.objects.exists()
    assert make().partitions == 1


def test_the_page_of_a_kind_tells_of_them(admin_client: Any, aws: str) -> None:
    make(partitions=8)
    assert b"spread over 8 partitions" in admin_client.get("/kinds/climate/").content
    spread.write_down("climate", Partitioning(8, 2))
    assert b"move from 2 to 8 partitions" in admin_client.get("/kinds/climate/").content


def test_the_form_of_a_new_kind_asks_for_them(admin_client: Any, aws: str) -> None:
    data = {
        "name": "rooms",
        "field-name": ["at"],
        "field-type": ["timestamp"],
        "time": "0",
        "partitions": "65",
    }
    refused = admin_client.post("/kinds/new/", data)
    assert refused.status_code == 400
    assert "Partitions: must be a whole number from 1 to 64." in refused.content.decode()
    assert admin_client.post("/kinds/new/", data | {"partitions": "4"}).status_code == 302
    assert registry.find("rooms").partitions == 4
