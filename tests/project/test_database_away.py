"""A database that cannot be written, or does not answer: reads go on, the rest says so."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from project.models import RequestCount, TokenInfo
from tests.messages_app.api_client import api_client
from tests.pages.contents import ADMIN, VIEWER, fill
from tests.pages.every_page import BROWSER, every_page, parts_of_pages

# As a request finds it: no transaction around it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
READ = ("ingestion.view_import", "messages_app.view_message")


@contextmanager
def locked() -> Iterator[None]:
    """Another process holds the lock for writing."""
    name = str(settings.DATABASES["default"]["NAME"])
    with closing(sqlite3.connect(name, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")


@contextmanager
def read_only() -> Iterator[None]:
    """Every write fails at once, as with a full disk."""
    connection.ensure_connection()
    connection.connection.execute("PRAGMA query_only = 1")
    try:
        yield
    finally:
        connection.connection.execute("PRAGMA query_only = 0")


def away(*_: Any) -> Any:
    raise OperationalError("no answer")


@pytest.fixture
def person() -> Client:
    client = Client(raise_request_exception=False, **BROWSER)
    client.force_login(User.objects.create_superuser("chief"))
    return client


@pytest.fixture
def program() -> APIClient:
    client = api_client(*READ, "ingestion.change_import")
    client.raise_request_exception = False
    return client


def test_every_page_can_be_read_while_somebody_holds_the_lock(aws: str) -> None:
    fill(80)
    clients = {}
    for name in (ADMIN, VIEWER, ""):
        clients[name] = Client(raise_request_exception=False, **BROWSER)
        if name:
            clients[name].force_login(User.objects.get(username=name))
            clients[name].get("/password/")  # prolongs the session
    pages = [*every_page(), *parts_of_pages()]

    with locked():
        found = {page.name: clients[page.visitor].get(page.address).status_code for page in pages}

    assert found == {page.name: page.status for page in pages}


@pytest.mark.parametrize("url", ["/api/imports/", "/api/messages/", "/message"])
def test_a_program_can_read_what_is_there(aws: str, program: APIClient, url: str) -> None:
    with read_only():
        assert program.get(url).status_code == 200
    assert not RequestCount.objects.exists()
    assert not TokenInfo.objects.exists()


def test_a_session_that_cannot_be_prolonged_stays_as_it_is(person: Client) -> None:
    with read_only():
        assert person.get("/password/").status_code == 200
    assert "saved_at" not in person.session
    assert person.get("/password/").status_code == 200
    assert person.session["saved_at"]


def test_a_page_that_has_to_write_says_that_the_database_does_not_answer(person: Client) -> None:
    with read_only():
        response = person.post("/tokens/", {"name": "one", "days": "7"})
    assert response.status_code == 503
    assert "The database does not answer" in response.content.decode()
    assert response["Retry-After"]


def test_a_login_says_so_too() -> None:
    User.objects.create_user("kim", password="a-long-password-17")
    client = Client(raise_request_exception=False)
    with read_only():
        data = {"username": "kim", "password": "a-long-password-17"}
        assert client.post("/login/", data).status_code == 503


def test_a_program_is_told_by_problem_details(aws: str, program: APIClient) -> None:
    with read_only():
        url = "/api/imports/11111111-1111-4111-8111-111111111111/cancel/"
        missing = program.post(url)
        refused = program.post("/api/imports/presigned/", {"file_name": "a.csv"}, format="json")
    assert (missing.status_code, refused.status_code) == (404, 403)
    with connection.execute_wrapper(away):
        response = program.get("/api/imports/")
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"]


def test_without_a_database_a_page_says_so(person: Client) -> None:
    with connection.execute_wrapper(away):
        response = person.get("/imports/")
    assert response.status_code == 503
    assert "The database does not answer" in response.content.decode()


def test_readiness_tells_of_a_database_that_cannot_be_written(aws: str, client: Client) -> None:
    with read_only():
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["database"] == "no answer"


def test_readiness_asks_aws_once_in_some_seconds(aws: str, client: Client) -> None:
    first = client.get("/readyz").json()
    with connection.execute_wrapper(away):
        assert client.get("/readyz").json() == first
