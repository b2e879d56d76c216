"""Logins that fail with many names from one address, or with one name from many addresses."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-17"
OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
MANY = 20  # ten times LOGIN_ATTEMPTS


@pytest.fixture(autouse=True)
def few_attempts(settings: LazySettings) -> None:
    settings.AXES_FAILURE_LIMIT = 2


@pytest.fixture
def kim(db: None) -> User:
    return User.objects.create_user("kim", password=PASSWORD)


def log_in(name: str, password: str, address: str) -> Any:
    data = {"username": name, "password": password}
    return Client().post("/login/", data, REMOTE_ADDR=address)


def spray_names(address: str = OFFICE) -> None:
    for number in range(MANY):
        assert log_in(f"user{number}", "guess", address).status_code == 200


def spray_addresses(name: str = "kim") -> None:
    for number in range(MANY):
        assert log_in(name, "guess", f"203.0.113.{number}").status_code == 200


def test_many_names_from_one_address_have_to_wait(kim: User) -> None:
    spray_names()

    response = log_in("kim", PASSWORD, OFFICE)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 300
    assert "Too many logins failed from your address." in text_of(response)
    assert log_in("kim", PASSWORD, ELSEWHERE).status_code == 302


def test_one_name_from_many_addresses_has_to_wait(kim: User) -> None:
    spray_addresses()

    response = log_in("kim", PASSWORD, ELSEWHERE)

    assert response.status_code == 429
    assert "Too many logins with this user name failed." in text_of(response)


def test_who_logged_in_from_there_before_is_not_locked_out_by_others(kim: User) -> None:
    assert log_in("kim", PASSWORD, OFFICE).status_code == 302
    spray_names()
    spray_addresses()

    assert log_in("kim", PASSWORD, OFFICE).status_code == 302


def test_but_by_failures_of_their_own(kim: User) -> None:
    assert log_in("kim", PASSWORD, OFFICE).status_code == 302
    spray_names()
    log_in("kim", "guess", OFFICE)
    response = log_in("kim", "guess", OFFICE)

    assert response.status_code == 429
    assert "with this user name failed from your address" in text_of(response)
    assert int(response["Retry-After"]) > 300


def test_a_new_colleague_waits_some_minutes_at_most(kim: User) -> None:
    spray_names()
    for _ in range(3):  # what is refused does not make it longer
        log_in("another", "guess", OFFICE)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=5, seconds=1))

    assert log_in("kim", PASSWORD, OFFICE).status_code == 302


def test_wrong_tokens_do_not_count_as_names(kim: User, settings: LazySettings) -> None:
    settings.AXES_FAILURE_LIMIT = MANY
    for _ in range(MANY):
        Client().get("/api/", headers={"Authorization": "Token wrong"}, REMOTE_ADDR=OFFICE)
    settings.AXES_FAILURE_LIMIT = 2

    assert log_in("kim", PASSWORD, OFFICE).status_code == 302
