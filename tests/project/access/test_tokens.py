"""Wrong API tokens: refused, counted, and refused for a while when one address sends many."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from common.aws.clients import s3_client
from project.models import TokenInfo
from tests.messages_app.api_client import api_client

ATTEMPTS = 5
ADDRESS = "/api/imports/"


def ask(token: str, **extra: Any) -> Any:
    return APIClient(HTTP_AUTHORIZATION=f"Token {token}").get(ADDRESS, **extra)


def use_wrong_tokens(times: int = ATTEMPTS, **extra: Any) -> list[int]:
    return [ask(f"{number:064}", **extra).status_code for number in range(times)]


@pytest.mark.parametrize("token", ["wrong", "", "two words", "\xff\xfe", "0" * 64, "a" * 10_000])
def test_a_wrong_token_is_refused(db: None, token: str) -> None:
    response = ask(token)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_many_wrong_tokens_from_one_address_have_to_wait(db: None) -> None:
    assert use_wrong_tokens(ATTEMPTS - 1) == [401] * (ATTEMPTS - 1)

    for _ in range(2):
        response = ask("another")
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 15 * 60
        assert "Too many wrong tokens came from this address." in response.json()["detail"]


def test_tokens_that_are_no_text_count_too(db: None) -> None:
    assert [ask("\xff\xfe").status_code for _ in range(ATTEMPTS)] == [401] * 4 + [429]


def test_a_token_that_begins_like_a_right_one_and_is_no_number_is_refused(db: None) -> None:
    _, secret = AuthToken.objects.create(User.objects.create_user("kim"))
    assert ask(secret[:-1] + "x").status_code == 401
    assert ask(secret[:-1] + ("1" if secret[-1] == "0" else "0")).status_code == 401


def test_the_use_of_a_token_is_noted_and_who_has_none_is_refused(db: None) -> None:
    assert APIClient().get(ADDRESS).status_code == 401
    client = api_client("ingestion.view_import")
    assert not TokenInfo.objects.exists()
    assert client.get(ADDRESS).status_code == 200
    assert TokenInfo.objects.get().last_used is not None


def test_the_wait_ends_by_itself_and_is_not_prolonged(db: None) -> None:
    use_wrong_tokens()
    ten_minutes_ago = timezone.now() - timedelta(minutes=10)
    AccessAttempt.objects.update(attempt_time=ten_minutes_ago)

    for _ in range(3):
        response = ask("wrong")
        assert response.status_code == 429
        assert int(response["Retry-After"]) <= 5 * 60
    assert AccessAttempt.objects.get().attempt_time == ten_minutes_ago

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

    assert ask("wrong").status_code == 401


def test_another_address_does_not_have_to_wait(db: None) -> None:
    use_wrong_tokens()

    assert ask("wrong", REMOTE_ADDR="192.0.2.9").status_code == 401


def test_right_tokens_and_logins_are_let_in_from_the_same_address(db: None) -> None:
    client = api_client("ingestion.view_import")
    User.objects.create_user("kim", password="a-long-password-17")
    use_wrong_tokens()

    assert client.get(ADDRESS).status_code == 200
    login = Client().post("/login/", {"username": "kim", "password": "a-long-password-17"})
    assert login.status_code == 302


def test_a_command_ends_the_wait(db: None) -> None:
    use_wrong_tokens()

    call_command("axes_reset", verbosity=0)

    assert ask("wrong").status_code == 401


def test_a_file_that_comes_with_a_wrong_token_is_not_taken_in(aws: str, db: None) -> None:
    sent: list[str] = []
    events = s3_client().meta.events
    events.register("before-call.s3", lambda model, **_: sent.append(model.name), unique_id="sent")
    client = APIClient(HTTP_AUTHORIZATION="Token wrong")

    response = client.post(ADDRESS, {"file": SimpleUploadedFile("a.csv", b"x" * 100_000)})

    events.unregister("before-call.s3", unique_id="sent")
    assert response.status_code == 401
    assert sent == []
