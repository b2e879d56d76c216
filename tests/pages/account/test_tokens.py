"""API tokens: made and revoked by their users, and by staff in the admin."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from project.access import tokens
from project.models import TokenInfo
from tests.pages.conftest import LogIn, text_of

ADMIN = "/admin/knox/authtoken/"


def call(secret: str) -> int:
    """The status of the answer to who uses a token."""
    return APIClient(HTTP_AUTHORIZATION=f"Token {secret}").get("/api/imports/").status_code


def secret_in(page: str) -> str:
    found = re.search(r'id="new-token" value="(\w{40,})"', page)
    assert found
    return found[1]


def make(client: Client, **data: Any) -> Any:
    return client.post(reverse("tokens"), {"name": "sensor", "days": "7", **data})


def made(user: User, name: str = "sensor") -> tuple[AuthToken, str]:
    return tokens.make(user, name, 7, Actor(user, Channel.PAGE))


@pytest.fixture
def staff(db: None) -> Client:
    """Staff who manage tokens, and are no superuser."""
    user = User.objects.create_user("sam", password="a-long-password-17", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="knox"))
    client = Client()
    client.force_login(user)
    return client


class TestOnesOwn:
    def test_a_token_is_shown_once_and_works(self, log_in: LogIn) -> None:
        client = log_in("ingestion.view_import")

        response = make(client)
        secret = secret_in(text_of(response))

        assert "no-store" in response["Cache-Control"]
        assert call(secret) == 200
        again = text_of(client.get(reverse("tokens")))
        assert "sensor" in again
        assert secret not in again

    def test_it_ends_when_it_was_said_to(self, log_in: LogIn) -> None:
        secret = secret_in(text_of(make(log_in("ingestion.view_import"))))
        token = AuthToken.objects.get()
        assert timedelta(days=6.9) < token.expiry - timezone.now() <= timedelta(days=7)

        AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

        assert call(secret) == 401

    def test_none_lives_longer_than_the_setting_allows(
        self, log_in: LogIn, settings: LazySettings
    ) -> None:
        settings.API_TOKEN_DAYS = 5

        response = make(log_in(), days="7")

        assert response.status_code == 400
        assert not AuthToken.objects.exists()
        assert tokens.lifetimes() == [1, 5]

    def test_it_needs_a_name(self, log_in: LogIn) -> None:
        assert "by which you recognise it" in text_of(make(log_in(), name=" "))

    def test_nobody_has_them_without_end(self, log_in: LogIn) -> None:
        client = log_in()
        user = User.objects.get()
        for number in range(tokens.MAX_OF_A_USER):
            made(user, str(number))

        assert "has 50 tokens already" in text_of(make(client))

    def test_a_revoked_one_is_refused(self, log_in: LogIn) -> None:
        client = log_in("ingestion.view_import")
        token, secret = made(User.objects.get())

        client.post(reverse("token-revoke"), {"token": token.pk})

        assert call(secret) == 401

    def test_nobody_sees_or_revokes_those_of_others(self, log_in: LogIn, admin_user: User) -> None:
        client = log_in()
        token, _ = made(admin_user, "theirs")

        page = text_of(client.get(reverse("tokens")))
        client.post(reverse("token-revoke"), {"token": token.pk})

        assert "theirs" not in page
        assert AuthToken.objects.exists()

    def test_a_user_makes_none_for_others(self, log_in: LogIn, admin_user: User) -> None:
        make(log_in(), user=admin_user.pk)

        assert AuthToken.objects.get().user.username == "kim"

    def test_strangers_come_to_the_login(self, client: Client, db: None) -> None:
        assert client.get(reverse("tokens"))["Location"].startswith("/login/")
        assert make(client)["Location"].startswith("/login/")
        assert client.post(reverse("token-revoke"))["Location"].startswith("/login/")

    def test_it_is_written_down_who_did_it_and_never_the_token(self, log_in: LogIn) -> None:
        client = log_in()
        secret = secret_in(text_of(make(client)))
        client.post(reverse("token-revoke"), {"token": AuthToken.objects.get().pk})

        entries = list(AuditEntry.objects.order_by("pk"))

        assert [entry.action for entry in entries] == ["created", "revoked"]
        assert {(entry.kind, entry.user_name, entry.channel) for entry in entries} == {
            ("token", "kim", "page")
        }
        written = " ".join(f"{entry.target} {entry.detail}" for entry in entries)
        assert secret[:15] not in written


class TestItsUse:
    def test_is_written_down(self, admin_user: User) -> None:
        _, secret = made(admin_user)
        assert TokenInfo.objects.get().last_used is None

        call(secret)

        last_used = TokenInfo.objects.get().last_used
        assert last_used
        assert timezone.now() - last_used < timedelta(minutes=1)

    @pytest.mark.parametrize(("minutes", "is_new"), [(4, False), (6, True)])
    def test_is_not_written_down_every_time(
        self, admin_user: User, minutes: int, is_new: bool
    ) -> None:
        _, secret = made(admin_user)
        before = timezone.now() - timedelta(minutes=minutes)
        TokenInfo.objects.update(last_used=before)

        call(secret)

        assert (TokenInfo.objects.get().last_used != before) == is_new

    def test_is_written_down_for_a_token_that_a_command_made(self, admin_user: User) -> None:
        _, secret = AuthToken.objects.create(admin_user)

        assert call(secret) == 200

        assert TokenInfo.objects.get().last_used


class TestTheAdmin:
    def test_shows_a_new_token_once(self, staff: Client) -> None:
        response = staff.post(f"{ADMIN}add/", {"name": "sensor", "days": "7"})
        secret = secret_in(text_of(response))

        assert "no-store" in response["Cache-Control"]
        assert call(secret) == 403  # it is one, of somebody without permissions
        assert AuthToken.objects.get().user.username == "sam"
        assert secret not in text_of(staff.get(ADMIN))

    def test_who_is_no_superuser_makes_tokens_for_nobody_else(
        self, staff: Client, admin_user: User
    ) -> None:
        staff.post(f"{ADMIN}add/", {"name": "x", "days": "7", "user": admin_user.pk})

        assert AuthToken.objects.get().user.username == "sam"

    def test_a_superuser_makes_tokens_for_others(self, admin_client: Client, staff: Client) -> None:
        user = User.objects.get(username="sam")

        admin_client.post(f"{ADMIN}add/", {"name": "x", "days": "7", "user": user.pk})

        assert AuthToken.objects.get().user == user
        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.channel) == ("admin", "admin")
        assert entry.target.startswith("sam ")

    def test_lists_the_tokens_of_all_with_their_use(self, staff: Client, admin_user: User) -> None:
        token, secret = made(admin_user, "the gate")
        call(secret)

        page = text_of(staff.get(ADMIN))

        assert "the gate" in page
        assert f"{timezone.now():%Y-%m-%d}" in page
        assert token.token_key not in page

    def test_revokes_after_asking(self, staff: Client, admin_user: User) -> None:
        token, secret = made(admin_user, "the gate")
        sent = {"action": "delete_selected", "_selected_action": token.pk}

        asked = text_of(staff.post(ADMIN, {**sent, "index": "0"}))
        assert "the gate" in asked
        assert token.pk not in re.sub(r'value="[^"]*"', "", asked)
        assert call(secret) == 200
        staff.post(ADMIN, {**sent, "post": "yes"})

        assert call(secret) == 401
        assert [entry.action for entry in AuditEntry.objects.all()] == ["revoked", "created"]

    def test_is_exported_without_what_could_be_used(self, staff: Client, admin_user: User) -> None:
        token, _ = made(admin_user, "the gate")

        text = staff.get(f"{ADMIN}export/").getvalue().decode()

        assert "the gate" in text
        assert token.token_key not in text
        assert token.digest not in text

    def test_needs_its_permissions(self, log_in: LogIn, admin_user: User) -> None:
        client = log_in("knox.view_authtoken")
        User.objects.filter(username="kim").update(is_staff=True)
        token, _ = made(admin_user)
        sent = {"action": "delete_selected", "_selected_action": token.pk, "post": "yes"}

        assert client.get(f"{ADMIN}add/").status_code == 403
        assert client.post(f"{ADMIN}add/", {"name": "x", "days": "7"}).status_code == 403
        assert client.post(f"{ADMIN}{token.pk}/delete/", {"post": "yes"}).status_code == 403
        client.post(ADMIN, sent)

        assert AuthToken.objects.count() == 1
        assert "_selected_action" not in text_of(client.get(ADMIN))
