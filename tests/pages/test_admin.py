"""The admin: imports to look at, tokens for oneself."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from knox.auth import TokenAuthentication
from knox.models import AuthToken

from tests.pages.conftest import MakeImport, text_of


@pytest.fixture
def staff(db: None) -> Client:
    """Staff who manage tokens, and are no superuser."""
    user = User.objects.create_user("sam", password="a-long-password-17", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="knox"))
    client = Client()
    client.force_login(user)
    return client


def test_imports_can_be_found_and_not_changed(
    admin_client: Client, make_import: MakeImport
) -> None:
    of = make_import("in/data.csv", state="done", read=7, written=7)

    assert "data.csv" in text_of(admin_client.get("/admin/ingestion/import/?q=data"))
    assert admin_client.get(f"/admin/ingestion/import/{of.pk}/change/").status_code == 200
    assert admin_client.get("/admin/ingestion/import/add/").status_code == 403
    assert admin_client.post(f"/admin/ingestion/import/{of.pk}/change/", {}).status_code == 403
    assert admin_client.post(f"/admin/ingestion/import/{of.pk}/delete/", {}).status_code == 403


@pytest.mark.parametrize("path", ["auth/user/", "auth/group/", "knox/authtoken/", ""])
def test_the_admins_pages_open(path: str, admin_client: Client) -> None:
    assert admin_client.get(f"/admin/{path}").status_code == 200


def test_a_new_token_is_shown_once_and_works(staff: Client) -> None:
    user = User.objects.get(username="sam")

    answer = staff.post("/admin/knox/authtoken/add/", {"user": user.pk}, follow=True)

    token = re.search(r"TOKEN (\w{40,})", text_of(answer))
    assert token is not None
    assert TokenAuthentication().authenticate_credentials(token[1].encode())[0] == user
    assert token[1] not in text_of(staff.get("/admin/knox/authtoken/"))


def test_who_is_no_superuser_neither_sees_nor_makes_tokens_of_others(
    staff: Client, admin_user: User
) -> None:
    token, _ = AuthToken.objects.create(admin_user)

    listed = text_of(staff.get("/admin/knox/authtoken/"))
    assert token.token_key not in listed
    answer = staff.post("/admin/knox/authtoken/add/", {"user": admin_user.pk})

    assert "Select a valid choice" in text_of(answer)
    assert AuthToken.objects.count() == 1
