"""Kinds and their records through the API."""

import csv
import io
from typing import Any

import pytest
import simplejson
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from audit.models import AuditEntry
from common.aws.clients import dynamodb_client
from common.errors import ServiceError
from messages_app.kinds import making, registry
from messages_app.kinds.record_kind import table_of
from messages_app.models import Day, Kind, KindVersion
from messages_app.schema.definition import as_json
from tests.messages_app.api_client import api_client
from tests.messages_app.kinds.climate import CLIMATE, DATE, FIELDS, KEY, RECORD, make
from tests.messages_app.records import record

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
_ALL = [
    f"messages_app.{action}_{model}"
    for action in ("view", "add", "change", "delete")
    for model in ("kind", "message")
]
RECORDS = "/api/records/climate/"
ONE = f"{RECORDS}{DATE}/{KEY.replace('#', '%23')}/"


@pytest.fixture
def client(aws: str) -> APIClient:
    return api_client(*_ALL)


def send(method: Any, path: str, data: Any = None, **headers: str) -> Any:
    return method(path, data=simplejson.dumps(data), content_type="application/json", **headers)


def tables() -> set[str]:
    return set(dynamodb_client().list_tables()["TableNames"])


def test_a_kind_is_made_read_changed_and_deleted_with_its_table(client: APIClient) -> None:
    made = send(client.post, "/api/kinds/", CLIMATE)

    assert made.status_code == 201
    assert made["Location"] == "http://testserver/api/kinds/climate/"
    assert table_of("climate") in tables()
    whole = made.json()
    assert client.get(made["Location"]).json() == whole
    assert (whole["version"], whole["is_builtin"], whole["identity"]) == (1, False, ["sensor"])
    assert whole["fields"][2] == {
        "name": "temperature",
        "type": "number",
        "label": "Temperature",
        "unit": "°C",
        "required": True,
        "rules": {"min": -90, "max": 60},
    }

    changed = send(client.patch, "/api/kinds/climate/", {"label": "Rooms", "version": 1})
    assert (changed.json()["label"], changed.json()["version"]) == ("Rooms", 2)
    again = send(client.patch, "/api/kinds/climate/", {"label": "Rooms"})
    assert again.json()["version"] == 2
    late = send(client.patch, "/api/kinds/climate/", {"label": "Air", "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "kind_refused")
    assert registry.find_version("climate", 1).version == 1
    assert KindVersion.objects.count() == 2

    assert client.delete("/api/kinds/climate/").status_code == 204
    assert client.get("/api/kinds/climate/").status_code == 404
    assert table_of("climate") not in tables()
    assert list(AuditEntry.objects.values_list("action", "kind", "target").order_by("pk")) == [
        ("created", "kind", "climate"),
        ("changed", "kind", "climate"),
        ("deleted", "kind", "climate"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "messages",
            "new",
            "",
            "Climate",
            "a b",
            "a/b",
            "../x",
            "a.b",
            "-a",
            "x" * 41,
            "é",
            None,
            7,
        ),
        *("a_b", "a\n", "a\0b"),
    ],
)
def test_a_name_cannot_reach_another_table(client: APIClient, name: Any) -> None:
    before = tables()

    response = send(client.post, "/api/kinds/", {**CLIMATE, "name": name})

    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == ["name"]
    assert tables() == before


def test_a_table_that_is_there_is_never_taken_over(client: APIClient) -> None:
    dynamodb_client().create_table(
        TableName=table_of("climate"),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    response = send(client.post, "/api/kinds/", CLIMATE)

    assert response.status_code == 409
    assert "exists already" in response.json()["detail"]
    assert not Kind.objects.exists()


def test_a_kind_without_its_table_is_not_made(client: APIClient, aws_away: None) -> None:
    assert send(client.post, "/api/kinds/", CLIMATE).status_code == 503
    assert not Kind.objects.exists()
    with pytest.raises(ServiceError):
        make()


def test_faults_of_a_kind_are_told_by_its_members(client: APIClient) -> None:
    data = {**CLIMATE, "fields": [{"name": "at"}], "label": "x" * 81}
    response = send(client.post, "/api/kinds/", data)

    faults = [(one["field"], one["detail"]) for one in response.json()["errors"]]
    assert response.status_code == 400
    assert faults[0] == ("label", "must be one line of up to 80 characters")
    assert faults[1][1].startswith("field 1 (at) needs as its type one of text, number")
    assert send(client.post, "/api/kinds/", [CLIMATE]).status_code == 400
    unknown = send(client.post, "/api/kinds/", {**CLIMATE, "colour": "red"}).json()
    assert unknown["errors"][0]["field"] == "colour"


def test_the_same_name_is_taken_once(client: APIClient) -> None:
    make()
    assert send(client.post, "/api/kinds/", CLIMATE).status_code == 409


def test_the_built_in_kind_stays(client: APIClient) -> None:
    whole = client.get("/api/kinds/messages/").json()

    assert (whole["is_builtin"], whole["time_field"]) == (True, "timestamp")
    assert send(client.patch, "/api/kinds/messages/", {"label": "x"}).status_code == 409
    assert client.delete("/api/kinds/messages/").status_code == 409


def test_kinds_are_listed_page_by_page(client: APIClient) -> None:
    for name in ("b", "c", "a"):
        make(name=name)

    first = client.get("/api/kinds/?page_size=2").json()
    second = client.get(first["next"]).json()

    assert [one["name"] for one in first["results"]] == ["messages", "a", "b"]
    assert ([one["name"] for one in second["results"]], second["next"]) == (["c"], None)


def test_a_record_is_made_read_changed_and_deleted(client: APIClient) -> None:
    make()

    made = send(client.post, RECORDS, RECORD)

    assert made.status_code == 201
    assert made["Location"] == f"http://testserver{ONE}"
    assert made.json() == {
        "date": DATE,
        "time": KEY,
        "at": 1559037600,
        "sensor": "device-7",
        "temperature": 21.5,
        "humidity": 40,
        "origin": None,
    }
    assert send(client.post, RECORDS, RECORD).status_code == 200
    other = send(client.post, RECORDS, {**RECORD, "humidity": 50})
    assert (other.status_code, other["Location"]) == (409, made["Location"])

    seen = client.get(ONE)
    tag = {"HTTP_IF_MATCH": seen["ETag"]}
    assert send(client.patch, ONE, {"battery": 80}, **tag).json()["battery"] == 80
    assert send(client.patch, ONE, {"battery": 70}, **tag).status_code == 412
    assert "battery" not in send(client.patch, ONE, {"battery": None}).json()
    assert send(client.patch, ONE, {"humidity": 101}).status_code == 400
    assert send(client.patch, ONE, {"location": "x"}).json()["errors"][0]["detail"] == (
        "is not a field of a record"
    )
    assert client.get(f"{RECORDS}{DATE}/10:00/").json()["time"] == KEY
    assert client.delete(f"{RECORDS}{DATE}/10:00:00/").status_code == 204
    assert client.get(ONE).status_code == 404
    kinds = set(AuditEntry.objects.filter(action="deleted").values_list("kind", "target"))
    assert kinds == {("record of climate", f"{DATE} {KEY}")}


def test_two_devices_of_one_second_are_two_records(client: APIClient) -> None:
    make()
    send(client.post, RECORDS, RECORD)
    batch = {"on_conflict": "replace", "messages": [{**RECORD, "sensor": "b", "humidity": 1}]}

    body = send(client.post, f"{RECORDS}batch/", batch).json()

    assert body["receipt"] == {
        **dict.fromkeys(("unchanged", "kept", "replaced", "rejected"), 0),
        "read": 1,
        "written": 1,
    }
    assert [one["sensor"] for one in client.get(RECORDS).json()["results"]] == ["b", "device-7"]
    several = client.get(f"{RECORDS}{DATE}/10:00:00/")
    assert several.status_code == 300
    assert len(several.json()["results"]) == 2


def test_records_are_filtered_exported_and_counted_by_day(client: APIClient) -> None:
    kind = make()
    for sensor, battery in (("a", 80), ("b", None), ("c", 20)):
        send(client.post, RECORDS, {**RECORD, "sensor": sensor, "battery": battery})

    def sensors(query: str) -> list[str]:
        return [one["sensor"] for one in client.get(f"{RECORDS}?{query}").json()["results"]]

    assert sensors(f"date={DATE}&battery_max=50") == ["c"]
    assert sensors("without=battery") == ["b"]
    assert sensors("sensor=a&sensor=c&order=newest") == ["c", "a"]
    assert client.get(f"{RECORDS}?location=x").status_code == 400
    page = client.get(f"{RECORDS}?page_size=2").json()
    assert [one["sensor"] for one in client.get(page["next"]).json()["results"]] == ["c"]
    exported = client.get(f"{RECORDS}export/?format=csv")
    assert exported["Content-Disposition"] == 'attachment; filename="climate.csv"'
    rows = list(csv.DictReader(io.StringIO(exported.getvalue().decode())))
    assert [(row["sensor"], row["battery"]) for row in rows] == [
        ("a", "80"),
        ("b", ""),
        ("c", "20"),
    ]
    assert list(Day.objects.values_list("kind", "date", "count")) == [("climate", DATE, 3)]
    assert kind.repository.count_by_date() == {DATE: 3}


def test_a_recount_counts_every_kind(client: APIClient) -> None:
    make()
    send(client.post, RECORDS, RECORD)
    Day.objects.update(count=7)

    call_command("recount")

    assert list(Day.objects.values_list("kind", "date", "count")) == [("climate", DATE, 1)]


def test_the_records_of_kinds_do_not_mix(client: APIClient) -> None:
    make()
    make(name="other")
    send(client.post, RECORDS, RECORD)
    send(client.post, "/api/records/messages/", {"timestamp": 1559037600, **_MESSAGE})

    assert client.get("/api/records/other/").json()["results"] == []
    assert client.get("/api/records/messages/").json() == client.get("/api/messages/").json()
    assert len(client.get("/api/messages/").json()["results"]) == 1


_MESSAGE = {
    name: (float(value) if name.endswith("avg") else value)
    for name, value in record().values.items()
    if name != "timestamp"
}


@pytest.mark.parametrize("name", ["unknown", "Climate", "..", "messages-x"])
def test_records_of_no_kind_are_not_found(client: APIClient, name: str) -> None:
    for response in (
        client.get(f"/api/records/{name}/"),
        send(client.post, f"/api/records/{name}/", RECORD),
        client.get(f"/api/records/{name}/{DATE}/10:00:00/"),
    ):
        assert response.status_code == 404


def test_a_client_reads_records_by_their_json_schema_alone(client: APIClient) -> None:
    make()
    send(client.post, RECORDS, {**RECORD, "battery": 80})
    send(client.post, RECORDS, {**RECORD, "sensor": "b"})
    schema = client.get("/api/kinds/climate/schema/").json()

    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    records = client.get(RECORDS).json()["results"]
    assert [validator.is_valid(one) for one in records] == [True, True]
    assert not validator.is_valid({**records[0], "temperature": "warm"})
    assert not validator.is_valid({name: records[0][name] for name in ("date", "time")})
    assert schema["properties"]["temperature"]["description"] == "Temperature, in °C."
    new = Draft202012Validator({**schema["$defs"]["new"], "$schema": schema["$schema"]})
    assert [new.is_valid(one) for one in (RECORD, {**RECORD, "battery": None})] == [True, True]
    assert not new.is_valid({**RECORD, "humidity": 101})
    assert not new.is_valid({"sensor": "a", "temperature": 1, "humidity": 1})


def test_a_kind_with_records_changes_only_so_that_they_fit(client: APIClient) -> None:
    make()
    send(client.post, RECORDS, RECORD)

    refused = send(client.patch, "/api/kinds/climate/", {"fields": FIELDS[:-1]})
    room = {"name": "room", "type": "text", "required": False}
    wider = send(client.patch, "/api/kinds/climate/", {"fields": [*FIELDS, room]})

    assert refused.status_code == 409
    assert "The field battery must stay" in refused.json()["detail"]
    assert wider.json()["version"] == 2
    assert send(client.patch, ONE, {"room": "attic"}).json()["room"] == "attic"
    assert client.delete("/api/kinds/climate/").status_code == 409
    client.delete(ONE)
    assert send(client.patch, "/api/kinds/climate/", {"fields": FIELDS[:-1]}).status_code == 200
    assert client.delete("/api/kinds/climate/").status_code == 204
    assert not Day.objects.exists()


def test_a_thousand_kinds_cost_no_statement_more(client: APIClient) -> None:
    make()
    send(client.post, RECORDS, RECORD)
    paths = (f"{RECORDS}?date={DATE}", ONE, "/api/kinds/climate/", "/api/kinds/?page_size=10")

    def statements() -> list[int]:
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as taken:
                assert client.get(path).status_code == 200
            counts.append(len(taken))
        return counts

    before = [min(counts) for counts in zip(statements(), statements(), strict=True)]
    kinds = Kind.objects.bulk_create(
        Kind(name=f"kind-{number}", label="x", fingerprint="x") for number in range(1000)
    )
    text = registry.as_text(as_json(registry.find("climate").schema))
    KindVersion.objects.bulk_create(
        KindVersion(kind=kind, number=1, definition=text, created_by="x") for kind in kinds
    )

    assert [min(counts) for counts in zip(statements(), statements(), strict=True)] == before


@pytest.mark.parametrize("permission", ["messages_app.view_kind", "messages_app.view_message"])
def test_kinds_are_made_by_those_who_may(aws: str, permission: str) -> None:
    assert send(api_client(permission).post, "/api/kinds/", CLIMATE).status_code == 403


def test_the_repositories_of_kinds_have_their_own_tables(aws: str) -> None:
    kind = make()

    assert making.is_empty(kind)
    assert kind.repository.kind == "climate"
    assert kind.table == f"{table_of('messages')}-climate"
