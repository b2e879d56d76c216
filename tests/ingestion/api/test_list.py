"""The list of imports in the API: filters, pages, and parameters that are wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion.models import Import, State
from tests.ingestion.responses import faults_of, json_of
from tests.messages_app.api_client import api_client

pytestmark = pytest.mark.django_db

LIST = "/api/imports/"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def client(db):
    return api_client("ingestion.view_import")


def make(name, at=NOON, **values):
    """An import that was created then."""
    import_ = Import.objects.create(bucket="b", key=name, identity=name, **values)
    Import.objects.filter(pk=import_.pk).update(created_at=at)
    return import_


def keys(client, **query):
    return [one["key"] for one in json_of(client.get(LIST, query))["results"]]


def test_the_newest_imports_come_first(client):
    make("old", NOON - timedelta(seconds=1))
    make("new")
    assert keys(client) == ["new", "old"]


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=1)])
def test_pages_show_each_import_once(client, step):
    made = [make(f"{number}", NOON + number * step).key for number in range(5)]
    url, seen, pages = f"{LIST}?page_size=2", [], 0
    while url:
        body = json_of(client.get(url))
        seen += [one["key"] for one in body["results"]]
        url, pages = body["next"], pages + 1
    assert sorted(seen) == made
    assert pages == 3


def test_a_new_import_does_not_shift_the_pages(client):
    for number in range(4):
        make(f"{number}", NOON + timedelta(seconds=number))
    first = json_of(client.get(LIST, {"page_size": 2}))
    make("new", NOON + timedelta(hours=1))
    assert [one["key"] for one in json_of(client.get(first["next"]))["results"]] == ["1", "0"]


def test_the_next_page_keeps_the_filters(client):
    for number in range(4):
        make(f"{number}", NOON + timedelta(seconds=number), state=["done", "failed"][number % 2])
    first = json_of(client.get(LIST, {"page_size": 1, "state": ["done"], "search": ""}))
    second = json_of(client.get(first["next"]))
    assert [one["key"] for one in second["results"]] == ["0"]
    assert second["next"] is None


def test_a_cursor_of_another_query_is_404(client):
    for number in range(3):
        make(f"{number}", NOON + timedelta(seconds=number))
    behind = json_of(client.get(LIST, {"page_size": 1}))["next"]
    assert [one["key"] for one in json_of(client.get(behind))["results"]] == ["1"]
    for address, said in (
        (f"{behind}&state=failed", "another query"),
        (f"{LIST}?cursor=made-up", ""),
    ):
        response = client.get(address)
        body = json_of(response)
        assert (response.status_code, body["code"]) == (404, "bad_cursor")
        assert said in body["detail"]


FILTERS = [
    ({"state": "done"}, "ab"),
    ({"state": ["done", "failed"]}, "abc"),
    ({"on_conflict": "reject"}, "b"),
    ({"search": "A"}, "a"),
    ({"search": "%"}, ""),
    ({"has_rejects": "true"}, "c"),
    ({"has_rejects": "false"}, "abd"),
    ({"created_from": "2026-01-31"}, "abc"),
    ({"created_from": "2026-01-31T12:00:00Z"}, "abc"),
    ({"created_from": "2026-01-31T12:00:00+01:00"}, "abc"),
    ({"created_from": "2026-01-31T13:00:00.5-01:00"}, ""),
    ({"created_to": "2026-01-30"}, "d"),
    ({"created_to": "2026-01-31"}, "abcd"),
    ({"created_to": "2026-01-31T11:59:59.999999Z"}, "d"),
    ({"state": "done", "on_conflict": "keep", "created_to": ""}, "a"),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters_narrow_the_list(client, query, expected):
    make("a", state=State.DONE)
    make("b", state=State.DONE, on_conflict="reject")
    make("c", state=State.FAILED, rejected=1)
    make("d", NOON - timedelta(days=1))
    assert "".join(sorted(keys(client, **query))) == expected


WRONG = [
    {"state": "odd"},
    {"state": ["done", "odd"]},
    {"on_conflict": "overwrite"},
    {"created_from": "yesterday"},
    {"created_from": "2026-01-31T12:00:00"},
    {"created_to": "2026-02-30"},
    {"has_rejects": "maybe"},
    {"page_size": "0"},
    {"page_size": "501"},
    {"page_size": "٣"},
    {"search": "a\0b"},
    {"status": "done"},
]


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_parameter_is_named(client, query):
    assert list(faults_of(client.get(LIST, query))) == list(query)


def test_all_wrong_parameters_are_named_at_once(client):
    faults = faults_of(client.get(LIST, {"state": "odd", "page_size": "x", "stat": "done"}))
    assert sorted(faults) == ["page_size", "stat", "state"]


def test_a_list_of_any_length_takes_one_query_of_imports(client, django_user_model):
    for number in range(20):
        user = django_user_model.objects.create_user(f"author-{number}")
        make(f"{number}", created_by=user)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(keys(client)) == 20
    assert sum('FROM "ingestion_import"' in query["sql"] for query in queries) == 1
    assert sum('FROM "auth_user"' in query["sql"] for query in queries) <= 1  # the client's own


def test_the_newest_of_a_state_are_found_by_an_index():
    if connection.vendor == "postgresql":  # of so few rows it would rather read them all
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO off")
    plan = Import.objects.filter(state="done").order_by("-created_at").explain()
    assert "import_newest_in_state" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
