"""The pages on which staff look after kinds."""

import json
from typing import Any

import pytest
from django.test import Client

from common.aws.clients import dynamodb_client
from messages_app.kinds import registry
from messages_app.kinds.record_kind import table_of
from messages_app.models import Kind
from tests.messages_app.kinds.climate import CLIMATE, make
from tests.pages.conftest import LogIn, text_of
from tests.pages.kinds.test_records import made

_PERMISSIONS = [f"messages_app.{action}_kind" for action in ("view", "add", "change", "delete")]


@pytest.fixture
def staff(log_in: LogIn, aws: str) -> Client:
    return log_in(*_PERMISSIONS, "messages_app.view_message")


def sent(*rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """What the form sends; each row has the inputs that differ from empty ones."""
    names = ("name", "type", "label", "unit", "min", "max", "max_length", "pattern", "choices")
    columns = {f"field-{name}": [row.get(name, "") for row in rows] for name in names}
    return {"name": "rooms", "label": "Rooms", "version": "1", **columns, "time": "0", **more}


AT = {"name": "at", "type": "timestamp"}
SENSOR = {"name": "sensor", "type": "text", "max_length": "40"}
TEMPERATURE = {"name": "temperature", "type": "number", "unit": "°C", "min": "-90", "max": "60"}
EMPTY = {"type": "number"}
MADE = sent(AT, SENSOR, TEMPERATURE, EMPTY, identity=["1"], optional=["2"])


def test_a_kind_is_made_by_a_form(staff: Client) -> None:
    assert 'name="field-name" value="at"' in text_of(staff.get("/kinds/new/"))

    response = staff.post("/kinds/new/", MADE)

    assert response["Location"] == "/kinds/rooms/"
    schema = registry.find("rooms").schema
    assert (schema.names, schema.identity) == (("at", "sensor", "temperature"), ("sensor",))
    assert [field.required for field in schema.fields] == [True, True, False]
    assert schema.by_name["temperature"].type.rules() == {"min": -90, "max": 60}
    assert table_of("rooms") in dynamodb_client().list_tables()["TableNames"]
    page = text_of(staff.get("/kinds/rooms/"))
    assert "min -90; max 60" in page
    assert '<span class="tag">identity</span>' in page


def test_what_is_wrong_is_told_and_what_was_typed_stays(staff: Client) -> None:
    response = staff.post(
        "/kinds/new/", {**MADE, "name": "Rooms", "field-max": ["", "", "-91", ""]}
    )
    page = text_of(response)

    assert response.status_code == 400
    assert "Name: must have small letters" in page
    assert "Fields: field 3 (temperature) has the max -91, which is below its min, -90." in page
    assert 'value="temperature"' in page
    assert not Kind.objects.exists()


def test_more_fields_are_offered_and_nothing_is_saved(staff: Client) -> None:
    page = text_of(staff.post("/kinds/new/", {**MADE, "more": "1"}))

    assert page.count('name="field-name"') == 7
    assert not Kind.objects.exists()


def test_a_kind_is_edited_as_it_was_seen(staff: Client) -> None:
    kind = make()
    page = text_of(staff.get("/kinds/climate/edit/"))
    assert 'name="field-min" value="-90"' in page
    assert "<option selected>timestamp</option>" in page

    changed = sent(AT, SENSOR, {**TEMPERATURE, "unit": "K"}, identity=["1"])
    response = staff.post("/kinds/climate/edit/", changed)
    assert response["Location"] == "/kinds/climate/"
    assert registry.find("climate").schema.by_name["temperature"].unit == "K"
    assert staff.post("/kinds/climate/edit/", changed).status_code == 409
    assert registry.find_version("climate", 1).schema == kind.schema


def test_records_forbid_some_changes_with_a_sentence(staff: Client) -> None:
    kind = make()
    kind.repository.insert(made(kind, "a"))

    response = staff.post("/kinds/climate/edit/", sent(AT, SENSOR, TEMPERATURE, identity=["1"]))

    assert response.status_code == 409
    assert "The field humidity must stay" in text_of(response)
    kept = staff.post("/kinds/climate/delete/", follow=True)
    assert "Delete its records first" in text_of(kept)


def test_a_kind_goes_to_another_sluice_as_json(staff: Client) -> None:
    made_here = make()
    response = staff.get("/kinds/climate/export/")
    assert response["Content-Disposition"] == 'attachment; filename="kind-climate.json"'
    assert staff.post("/kinds/climate/delete/")["Location"] == "/kinds/"
    assert not Kind.objects.exists()

    text = response.content.decode()
    assert staff.post("/kinds/import/", {"json": text})["Location"] == "/kinds/climate/"

    assert registry.find("climate").schema == made_here.schema
    pasted = {"json": json.dumps({**CLIMATE, "name": "pasted"})}
    assert staff.post("/kinds/import/", pasted)["Location"] == "/kinds/pasted/"


@pytest.mark.parametrize("text", ["", "{", "[]", "4", '{"name": "x"}', "[" * 10_000])
def test_json_that_is_no_kind_is_refused(staff: Client, text: str) -> None:
    response = staff.post("/kinds/import/", {"json": text})

    assert response.status_code == 400
    assert "Nothing was made" in text_of(response)


def test_a_copy_begins_with_all_but_the_name(staff: Client) -> None:
    make()
    page = text_of(staff.get("/kinds/new/", {"copy": "climate"}))

    assert 'name="field-name" value="humidity"' in page
    assert 'id="kind-name" name="name" value=""' in page


def test_the_list_has_all_kinds_with_their_records(staff: Client) -> None:
    kind = make()
    kind.repository.insert(made(kind, "a"))
    page = text_of(staff.get("/kinds/"))

    assert 'data-label="Records">1<' in page
    assert 'href="/records/climate/"' in page
    assert '<span class="tag">built in</span>' in page


def test_the_built_in_kind_is_shown_and_stays(staff: Client) -> None:
    page = text_of(staff.get("/kinds/messages/"))

    assert "Local average" in page
    assert "/kinds/messages/edit/" not in page
    assert staff.post("/kinds/messages/edit/", MADE).status_code == 409
    assert staff.get("/kinds/unknown/").status_code == 404
