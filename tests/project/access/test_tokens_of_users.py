"""Tokens as they are made, listed and used."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from project.access import tokens
from project.access.token_forms import TokenForm
from project.models import TokenInfo

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return User.objects.create_user("kim")


def made(user: User, name: str = "script", days: int = 7) -> AuthToken:
    token, _ = tokens.make(user, name, days, Actor(user, Channel.API))
    return token


@pytest.mark.parametrize(
    ("longest", "expected"),
    [(1, [1]), (90, [1, 7, 30, 90]), (100, [1, 7, 30, 90, 100]), (2000, [*tokens._DAYS, 2000])],
)
def test_lifetimes_end_with_the_longest_that_is_set(
    settings: Any, longest: int, expected: list[int]
) -> None:
    settings.API_TOKEN_DAYS = longest
    assert tokens.lifetimes() == expected


def test_a_token_is_made_with_its_name_and_end_and_written_down(kim: User) -> None:
    token, secret = tokens.make(kim, "script", 7, Actor(kim, Channel.API))
    week = timedelta(days=7)
    assert week - timedelta(minutes=5) < token.expiry - timezone.now() <= week
    assert secret.startswith(token.token_key)
    assert tokens.name_of(token) == "script"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("created", f"kim {secret[:8]}…")
    assert entry.detail == {"name": "script", "ends": token.expiry.isoformat()}


def test_a_token_that_is_revoked_is_gone_and_that_is_written_down(kim: User) -> None:
    token = made(kim)
    words = tokens.in_words(token)
    tokens.revoke(token, Actor(kim, Channel.API))
    assert not AuthToken.objects.exists()
    entry = AuditEntry.objects.filter(action="revoked").get()
    assert (entry.target, entry.detail) == (words.removesuffix(" script"), {"name": "script"})


def test_those_of_a_user_are_listed_newest_first_and_those_that_ended_are_removed(
    kim: User,
) -> None:
    other = User.objects.create_user("other")
    first, ended, last, of_other = made(kim), made(kim), made(kim), made(other)
    past = timezone.now() - timedelta(seconds=1)
    AuthToken.objects.filter(pk__in=[ended.pk, of_other.pk]).update(expiry=past)
    assert list(tokens.of_user(kim)) == [last, first]
    assert set(AuthToken.objects.all()) == {last, first, of_other}


def test_a_token_that_a_command_made_has_no_name(kim: User) -> None:
    token, _ = AuthToken.objects.create(kim)
    assert tokens.name_of(token) == ""
    assert tokens.in_words(token) == f"kim {token.token_key[:8]}…"


@pytest.mark.parametrize(("seconds", "is_noted"), [(290, False), (301, True)])
def test_a_use_is_noted_if_the_last_one_was_a_while_ago(
    kim: User, seconds: int, is_noted: bool
) -> None:
    token = made(kim)
    before = timezone.now() - timedelta(seconds=seconds)
    TokenInfo.objects.update(last_used=before)
    tokens.note_use(AuthToken.objects.select_related("info").get())
    assert (TokenInfo.objects.get().last_used != before) == is_noted
    assert tokens.name_of(token) == "script"


def test_the_first_use_is_noted(kim: User) -> None:
    made(kim)
    tokens.note_use(AuthToken.objects.select_related("info").get())
    assert TokenInfo.objects.get().last_used is not None


def test_the_use_of_a_token_without_a_name_is_noted_too(kim: User) -> None:
    token, _ = AuthToken.objects.create(kim)
    for _ in range(2):
        tokens.note_use(AuthToken.objects.select_related("info").get(pk=token.pk))
    info = TokenInfo.objects.get()
    assert (info.token, info.name) == (token, "")
    assert info.last_used is not None


def test_a_user_has_fifty_tokens_at_most(kim: User) -> None:
    ends = timezone.now() + timedelta(days=1)
    AuthToken.objects.bulk_create(
        AuthToken(digest=str(number), token_key=str(number), user=kim, expiry=ends)
        for number in range(50)
    )
    data = {"name": "one more", "days": "1"}
    assert not TokenForm(data, maker=kim).is_valid()
    AuthToken.objects.filter(digest="7").delete()
    assert TokenForm(data, maker=kim).is_valid()
