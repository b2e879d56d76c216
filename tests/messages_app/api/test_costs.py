"""What a request to the API costs: one call of DynamoDB, and few SQL statements."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from common.aws.clients import dynamodb_client
from messages_app.presentation.parameters import RecordsPageQuery, RecordsQuery
from messages_app.schema.builtin import MESSAGE
from tests.messages_app.api_client import api_client
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(aws):
    """The operations that are sent to DynamoDB."""
    sent: list[str] = []

    def note(model, **_):
        sent.append(model.name)

    client = dynamodb_client()
    client.meta.events.register("before-call.dynamodb", note)
    yield sent
    client.meta.events.unregister("before-call.dynamodb", note)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("?date=2019-05-28&page_size=50", ["Query"]),
        ("?page_size=50", ["Query"]),
        ("?page_size=50&location=location-03", ["Query"]),
        ("2019-05-28/10:55:09.385333/", ["GetItem"]),
        ("2019-05-28/10:55:09/", ["GetItem", "Query"]),
    ],
)
def test_reading_takes_the_calls_beneath_and_few_statements(repository, calls, path, expected):
    for second in range(60):
        repository.insert(record(MOMENT + second))
    client = api_client("messages_app.view_message")
    client.get("/api/messages/")  # the throttle's window begins
    calls.clear()
    with CaptureQueriesContext(connection) as statements:
        assert client.get(f"/api/messages/{path}").status_code in (200, 300)
    assert calls == expected
    assert len(statements) <= 8, [one["sql"] for one in statements]


def test_the_fields_of_a_query_string_are_made_once_for_a_schema():
    assert RecordsPageQuery.for_schema(MESSAGE) is RecordsPageQuery.for_schema(MESSAGE)
    assert RecordsPageQuery.for_schema(MESSAGE) is not RecordsQuery.for_schema(MESSAGE)


def test_nothing_of_one_query_string_stays_for_the_next():
    asked = [
        RecordsPageQuery.for_schema(MESSAGE).read(QueryDict(text))
        for text in ("location=location-03&page_size=7&fields=time&order=newest", "")
    ]
    assert asked[0].query.filters == {"location": ("location-03",)}
    assert (asked[0].page_size, asked[0].fields, asked[0].query.newest_first) == (
        7,
        ("time",),
        True,
    )
    assert asked[1] == RecordsPageQuery(MESSAGE).read(QueryDict(""))


def test_clients_are_made_once_a_process():
    assert dynamodb_client() is dynamodb_client()
