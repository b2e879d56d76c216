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
    record, of = a_record(), Import.objects.earliest("created_at")
    client = _client(User.objects.get(username=ADMIN))

    letter = queue.waiting()[0].id
    addresses = all_addresses(date=record.date, time=record.time, pk=str(of.pk), letter=letter)
    found = {_pattern(address) for address in addresses if _is_page(client, address)}

    assert found - listed == set()
    assert len(found) > 20


def test_each_page_answers_as_listed(pages: list[Page]) -> None:
    clients = {NOBODY: _client(None)}
    clients |= {user.username: _client(user) for user in User.objects.all()}

    answers = {page.name: clients[page.visitor].get(page.address) for page in pages}

    statuses = {name: answer.status_code for name, answer in answers.items()}
    expected = {page.name: page.status for page in pages}
    assert set(statuses.items()) - set(expected.items()) == set()
    assert [name for name, answer in answers.items() if not _is_whole(answer)] == []
    assert len(answers) == len(pages)  # no two have the same name


def _client(user: User | None) -> Client:
    client = Client(raise_request_exception=False, **BROWSER)
    if user:
        client.force_login(user)
    return client


def _pattern(address: str) -> str:
    return resolve(address.partition("?")[0]).route


def _is_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    return answer.status_code == 200 and _is_whole(answer)


def _is_whole(answer) -> bool:
    """Whether it is a whole page, not a part of one, a file or a redirection."""
    return not answer.streaming and answer.content.lstrip().lower().startswith(b"<!doctype html")
