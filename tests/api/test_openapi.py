"""The OpenAPI document: valid, complete, with examples and errors, and no stricter or laxer than
the API; and the pages that are made of it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from django.contrib.admindocs.views import extract_views_from_urlpatterns, simplify_regex
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import get_resolver
from hypothesis import given, settings
from hypothesis import strategies as st

from common.rest import json_schema
from messages_app.api.openapi.components import components
from messages_app.presentation.record_json import all_names, field_names
from messages_app.schema import timestamps
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.validation import Invalid
from tests.messages_app.api_client import api_client
from tests.support.openapi import document, is_valid, operations, resolved

DOCUMENT = document()
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, method, operation in operations(DOCUMENT)
]
PROBLEM = "application/problem+json"
NEW_MESSAGE = {field.name: field.example for field in MESSAGE.fields}
PAGES = {"/api/docs/"}


def read(text: str | bytes) -> Any:
    """By libyaml: the reader in Python takes seconds for so large a document."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def test_the_document_is_valid_and_made_without_a_warning(tmp_path):
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    assert read(file.read_text())["openapi"].startswith("3.")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?format=json", "?format=yaml", "?lang=x&version=%0d%0ax"])
def test_anybody_who_is_known_can_read_it(query):
    response = api_client().get(f"/api/schema/{query}")
    assert response.status_code == 200
    assert read(response.content)["paths"].keys() == DOCUMENT["paths"].keys()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/", "/api/schema/"])
def test_without_a_login_it_is_refused(path, client):
    assert client.get(path).status_code == 401


def test_it_is_of_the_server_that_it_comes_from_and_names_no_host():
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]


def test_every_route_is_in_it():
    found = extract_views_from_urlpatterns(get_resolver().url_patterns)
    patterns = {simplify_regex(pattern) for _, pattern, *_ in found}
    apis = {path for path in patterns if re.match("/(api|message)(/|$)", path)} - PAGES
    with_slash = {path for path in apis if path.startswith("/message") and path.endswith("/")}
    told = {re.sub("{.*?}", "<>", path) for path in DOCUMENT["paths"]}
    assert {re.sub("<.*?>", "<>", path) for path in apis - with_slash} == told


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _, _, operation in operations(DOCUMENT)]
    assert len(names) == len(set(names)) > 15


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_is_described(path, method, operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["security"] == [{"token": []}, {"cookieAuth": []}]
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    for parameter in operation.get("parameters", []):
        assert parameter.get("description") or parameter["name"] == "id"


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_tells_its_errors(path, method, operation):
    responses = operation["responses"]
    expected = {"401", "403", "429", "503"}
    if "requestBody" in operation:
        expected |= {"400", "413"}
    if "{" in path and path.startswith("/api/"):
        expected.add("404")
    assert expected <= responses.keys()
    for code in expected - {"400"}:
        [(media_type, body)] = resolved(DOCUMENT, responses[code])["content"].items()
        assert media_type == PROBLEM
        assert body["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert body["example"]["status"] == int(code)


def bodies(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Media type and description of all that is sent and answered."""
    parts = [resolved(DOCUMENT, response) for response in operation["responses"].values()]
    parts += [operation["requestBody"]] if "requestBody" in operation else []
    return [item for part in parts for item in part.get("content", {}).items()]


def examples(body: dict[str, Any]) -> list[Any]:
    alone = [body["example"]] if "example" in body else []
    return alone + [one["value"] for one in body.get("examples", {}).values()]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_body_has_an_example_that_is_what_its_schema_says(path, method, operation):
    for media_type, body in bodies(operation):
        assert examples(body), media_type
        for example in examples(body):
            assert is_valid(DOCUMENT, body["schema"], example), example


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_the_examples_of_parameters_are_what_their_schemas_say(path, method, operation):
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        schema = schema.get("items", schema)
        if "example" in schema:
            assert is_valid(DOCUMENT, schema, schema["example"]), parameter["name"]


def test_a_message_is_told_with_all_its_fields():
    told = components(MESSAGE)["Message"]
    assert tuple(told["properties"]) == all_names(MESSAGE)
    assert told["required"] == list(field_names(MESSAGE))


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(node, dict):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from nodes(inner)


def test_what_may_be_null_has_a_type():
    assert all("type" in node for node in nodes(DOCUMENT) if node.get("nullable") is True)


def test_no_alternatives_stand_beside_a_type():
    """Generators of clients take one or the other."""
    both = [node for node in nodes(DOCUMENT) if "type" in node and {"anyOf", "oneOf"} & set(node)]
    assert both == []


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_pages_made_of_it_prefill_nothing_but_what_is_required(path, method, operation):
    optional = [one for one in operation.get("parameters", []) if not one.get("required")]
    assert not [one["name"] for one in optional for node in nodes(one) if "example" in node]
    assert not [one["name"] for one in optional for node in nodes(one) if "default" in node]


def test_parameters_that_are_empty_are_told_to_count_for_nothing():
    told = DOCUMENT["paths"]["/api/messages/"]["get"]["parameters"]
    assert all("allowEmptyValue" in one or one["schema"]["type"] == "array" for one in told)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path.startswith("/api/")])
def test_options_are_answered_everywhere(path):
    client = api_client(
        *("messages_app.view_message", "messages_app.view_kind", "messages_app.delete_message"),
        *("ingestion.view_import", "ingestion.change_import", "ingestion.view_format"),
        *("silence.view_device", "notices.view_notice", "notices.change_notice"),
        *("notices.view_webhook", "notices.change_webhook", "columns.run_statement"),
    )
    address = path.format(
        date="2019-05-28",
        time="10:55:09",
        kind="messages",
        name="messages",
        number=1,
        line=2,
        id="0" * 8 + "-0000" * 3 + "-" + "0" * 12,
    )
    assert client.options(address).status_code == 200


def takes(read: Any, value: Any) -> bool:
    try:
        read(value)
    except Invalid:
        return False
    return True


def says(schema: Any, value: Any) -> bool:
    return is_valid({"components": {}}, schema, value)


def test_the_dates_of_records_are_those_that_are_taken():
    days = [date(1969, 12, 1) + timedelta(days=number) for number in range(0, 2_900_000, 29)]
    texts = {str(day) for day in days}
    texts |= {f"{year:04}-02-{day}" for year in range(1960, 9999, 4) for day in (28, 29, 30)}
    texts |= {f"{year}-02-29" for year in (1900, 1970, 2000, 2001, 2100, 2400, 9900)}
    texts |= {"2019-00-01", "2019-13-01", "2019-04-31", "2019-4-1", "20190401", "9999-12-31", ""}
    pattern = re.compile(json_schema.RECORD_DATE["pattern"])
    for text in texts:
        is_taken = takes(lambda day: timestamps.seconds_of(day, "00:00:00"), text)
        assert bool(pattern.search(text)) == is_taken, text


@pytest.mark.parametrize("name", ["location", "source", "local_dest", "remote_dest"])
def test_text_is_what_is_taken_as_text(name):
    field = MESSAGE.by_name[name]
    schema = field.sent_schema
    characters = [chr(code) for code in range(0x3100) if not 0xD800 <= code < 0xE000]
    texts = [*characters, "", "a" * 1024, "a" * 1025, "a\0", " a ", "\t\n", "\U0001f600"]
    for text in texts:
        assert says(schema, text) == takes(field.type.from_json, text), repr(text)


@pytest.mark.parametrize(
    ("pattern", "read"),
    [
        (json_schema.TIME_PREFIX["pattern"], timestamps.clean_time_prefix),
        (json_schema.NEW_TIME["pattern"], timestamps.clean_time),
        (json_schema.ISO["pattern"], MESSAGE.by_name["timestamp"].type.from_json),
    ],
)
def test_every_text_of_a_pattern_is_taken(pattern, read):
    @settings(max_examples=200, derandomize=True, database=None, deadline=None)
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def check(text: str) -> None:
        read(text)

    check()


@pytest.mark.parametrize(
    "changes",
    [
        {"local_avg": 1e38},
        {"local_avg": 1e-131},
        {"local_avg": -1},
        {"local_avg": "4.39"},
        {"timestamp": 253402300800},
        {"timestamp": "1559040909"},
        {"timestamp": "2019-05-28T10:55:09"},
        {"timestamp": "2019-02-29T10:55:09Z"},
        {"timestamp": "1970-01-01T00:00:00+01:00"},
        {"timestamp": None},
        {"location": "a" * 1024 + " "},
        {"location": "\u2003"},
        {"location": None},
        {"colour": "red"},
    ],
)
def test_what_a_new_record_must_not_be_is_told_and_refused(changes, db):
    body = {**NEW_MESSAGE, **changes}
    assert not is_valid(DOCUMENT, {"$ref": "#/components/schemas/NewMessage"}, body)
    response = api_client("messages_app.add_message").post("/api/messages/", body, format="json")
    assert response.status_code == 400


@pytest.mark.django_db
def test_the_docs_are_for_who_is_logged_in(client):
    assert client.get("/api/docs/").status_code == 302
    client.force_login(User.objects.create_user("kim"))
    page = client.get("/api/docs/").content.decode()
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) >= 4
    assert all(source.startswith("/") for source in sources)
    assert not re.search(r"<script>|<script[^>]*>[^<]", page)


@pytest.mark.django_db
def test_the_root_leads_to_what_there_is():
    client = api_client("messages_app.view_message", "ingestion.view_import")
    addresses = client.get("/api/").json()
    assert {"messages", "imports", "schema", "docs"} <= addresses.keys()
