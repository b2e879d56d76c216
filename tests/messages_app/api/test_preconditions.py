"""Answers and changes that are bound to what the client has read (RFC 9110, 13.1)."""

import pytest

from common.aws.clients import dynamodb_client
from tests.messages_app.api.test_api import BODY, JSON, LIST, URL, send
from tests.messages_app.api_client import api_client
from tests.messages_app.records import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(aws):
    actions = ("view", "add", "change", "delete")
    return api_client(*(f"messages_app.{action}_message" for action in actions))


@pytest.mark.parametrize("data", ["*", "W/{etag}", '"x", W/{etag}'])
def test_a_weak_tag_and_any_tag_stand_for_what_the_client_has(client, data):
    etag = send(client.post, LIST)["ETag"]
    response = client.get(URL, HTTP_IF_NONE_MATCH=data.format(etag=etag))
    assert (response.status_code, response.content) == (304, b"")


def test_a_change_is_not_bound_by_a_weak_tag(client, repository):
    etag = send(client.post, LIST)["ETag"]
    assert client.delete(URL, HTTP_IF_MATCH=f"W/{etag}").status_code == 412
    assert repository.get(*record().key) == record()


@pytest.mark.parametrize("url", [LIST, URL, "/api/messages/export/"])
def test_the_head_of_an_answer_can_be_asked_for_alone(client, repository, url):
    repository.insert(record())
    response = client.head(url)
    assert response.status_code == 200
    assert b"".join(response) == b""


@pytest.fixture
def edited_meanwhile(repository):
    """Another edits the record when a change of it is about to be sent."""
    events = dynamodb_client().meta.events
    edits = iter([{"source": "meanwhile"}])

    def edit(**_):
        for changes in edits:
            repository.update(record(), changes)

    for operation in ("UpdateItem", "DeleteItem"):
        events.register_first(f"before-call.dynamodb.{operation}", edit)
    yield
    for operation in ("UpdateItem", "DeleteItem"):
        events.unregister(f"before-call.dynamodb.{operation}", edit)


@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_a_change_is_refused_when_another_comes_between_reading_and_writing(
    client, repository, edited_meanwhile, method
):
    etag = send(client.post, LIST)["ETag"]
    response = getattr(client, method)(URL, BODY, content_type=JSON, HTTP_IF_MATCH=etag)
    assert response.status_code == 412
    assert repository.get(*record().key) == record(source="meanwhile")


@pytest.mark.parametrize("headers", [{}, {"HTTP_IF_MATCH": "*"}], ids=["nothing", "anything"])
@pytest.mark.parametrize(("method", "status"), [("patch", 200), ("put", 200), ("delete", 204)])
def test_a_change_that_is_bound_to_no_content_is_made_whatever_comes_between(
    client, edited_meanwhile, method, status, headers
):
    send(client.post, LIST)
    assert getattr(client, method)(URL, BODY, content_type=JSON, **headers).status_code == status


def test_a_page_of_the_browsable_api_is_sent_again_to_who_has_the_record(client):
    etag = send(client.post, LIST)["ETag"]
    response = client.get(URL, HTTP_ACCEPT="text/html", HTTP_IF_NONE_MATCH=etag)
    assert response.status_code == 200
    assert b"<html" in response.content
