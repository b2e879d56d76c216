"""The list of all pages is complete, and each page answers as the list says."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve

from ingestion.dead_letters import queue
from ingestion.models import Import
from tests.pages.contents import ADMIN, a_record, fill
from tests.pages.every_page import BROWSER, NOBODY, Page, every_page
from tests.support.addresses import all_addresses

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(aws: str) -> list[Page]:
    fill(120)
    return every_page()


def test_no_page_is_missing(pages: list[Page]) -> None:
    listed = {_pattern(page.address) for page in pages if page.status == 200}
    record, import_ = a_record(), Import.objects.earliest("created_at")
    client = _client(User.objects.get(username=ADMIN))

    letter = queue.waiting()[0].id
    addresses = all_addresses(date=record.date, time=record.time, pk=str(import_.pk), letter=letter)
    found = {_pattern(address) for address in addresses if _is_page(client, address)}

    assert found - listed == set()
    assert len(found) > 20


def test_each_page_answers_as_listed(pages: list[Page]) -> None:
    clients = {NOBODY: _client(None)}
    clients |= {user.username: _client(user) for user in User.objects.all()}

    responses = {page.name: clients[page.visitor].get(page.address) for page in pages}

    statuses = {name: response.status_code for name, response in responses.items()}
    expected = {page.name: page.status for page in pages}
    assert set(statuses.items()) - set(expected.items()) == set()
    assert [name for name, response in responses.items() if not _is_whole(response)] == []
    assert len(responses) == len(pages)  # no two have the same name


def _client(user: User | None) -> Client:
    client = Client(raise_request_exception=False, **BROWSER)
    if user:
        client.force_login(user)
    return client


def _pattern(address: str) -> str:
    return resolve(address.partition("?")[0]).route


def _is_page(client: Client, address: str) -> bool:
    response = client.get(address)
    return response.status_code == 200 and _is_whole(response)


def _is_whole(response) -> bool:
    """Whether it is a whole page, not a part of one, a file or a redirection."""
    return not response.streaming and response.content.lstrip().lower().startswith(
        b"<!doctype html"
    )
