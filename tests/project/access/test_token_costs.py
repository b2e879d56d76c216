"""What a token costs each request, and that nothing of it is remembered for the next one."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from project.access import token_reading, tokens
from project.access.compiled import CompiledQuery
from project.models import TokenInfo
from tests.messages_app.api_client import api_client

MAY = "messages_app.view_message"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def client() -> APIClient:
    """One whose token was used before, and whose requests are counted already."""
    client = api_client(MAY)
    assert client.get("/api/messages/?date=2019-05-28").status_code == 200
    return client


def read(client: APIClient) -> int:
    return client.get("/api/messages/?date=2019-05-28").status_code


def test_a_request_takes_three_statements(client: APIClient) -> None:
    with CaptureQueriesContext(connection) as statements:
        assert read(client) == 200
    about = [one["sql"] for one in statements]
    assert ["knox_authtoken" in one for one in about].count(True) == 1
    assert ["auth_permission" in one for one in about].count(True) == 1
    assert ["project_requestcount" in one for one in about].count(True) == 1


def test_django_works_out_none_of_these_statements_anew(client: APIClient) -> None:
    """What it has compiled while a request is answered, by table."""
    compiled: Counter[str] = Counter()

    def note(frame: Any, event: str, _argument: Any) -> None:
        if (
            event == "call"
            and frame.f_code.co_name == "as_sql"
            and "query" in dir(one := frame.f_locals.get("self"))
        ):
            compiled[one.query.get_meta().db_table] += 1

    sys.setprofile(note)
    try:
        assert read(client) == 200
    finally:
        sys.setprofile(None)
    assert not {"knox_authtoken", "auth_permission", "project_requestcount"} & set(compiled)


def test_a_token_that_is_revoked_is_refused_at_once(client: APIClient) -> None:
    AuthToken.objects.get().delete()
    assert read(client) == 401


def test_a_token_that_ends_is_refused_at_once(client: APIClient) -> None:
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert read(client) == 401


def test_a_user_who_may_not_come_in_any_more_is_refused_at_once(client: APIClient) -> None:
    User.objects.update(is_active=False)
    assert read(client) == 401


def test_a_right_that_is_taken_away_is_gone_at_once(client: APIClient) -> None:
    User.objects.get().user_permissions.clear()
    assert read(client) == 403


def test_rights_of_groups_count() -> None:
    client = api_client()
    assert read(client) == 403
    group = Group.objects.create(name="readers")
    group.permissions.add(Permission.objects.get(codename="view_message"))
    User.objects.get().groups.add(group)
    assert read(client) == 200


def test_a_superuser_may_do_all() -> None:
    client = api_client()
    User.objects.update(is_superuser=True)
    assert read(client) == 200


@pytest.fixture
def token() -> Iterator[AuthToken]:
    user = User.objects.create_user("kim", email="kim@example.org")
    token, _ = AuthToken.objects.create(user, expiry=timedelta(days=1))
    AuthToken.objects.create(user)
    return token


def test_a_token_is_read_as_django_reads_it(token: AuthToken) -> None:
    TokenInfo.objects.create(token=token, name="script", last_used=timezone.now())
    [found] = token_reading.with_key(token.token_key)
    expected = AuthToken.objects.select_related("user", "info").get(pk=token.pk)
    for model in (lambda one: one, lambda one: one.user, lambda one: one.info):
        values = [
            {field.attname: getattr(model(one), field.attname) for field in model(one)._meta.fields}
            for one in (found, expected)
        ]
        assert values[0] == values[1]


def test_one_of_which_no_more_is_known_has_no_name(token: AuthToken) -> None:
    [found] = token_reading.with_key(token.token_key)
    with CaptureQueriesContext(connection) as statements:
        assert tokens.name_of(found) == ""
    assert not statements


def test_there_is_none_with_another_key(token: AuthToken) -> None:
    assert not list(token_reading.with_key("0" * 15))


def test_what_is_read_of_a_user_is_what_django_reads(token: AuthToken) -> None:
    user = token.user
    group = Group.objects.create(name="readers")
    group.permissions.set(Permission.objects.filter(codename__startswith="view_"))
    user.groups.add(group)
    user.user_permissions.set(Permission.objects.filter(codename__contains="import"))
    expected = User.objects.get().get_all_permissions()
    token_reading.know_permissions(user)
    with CaptureQueriesContext(connection) as statements:
        assert user.get_all_permissions() == expected
    assert not statements


def test_each_parameter_takes_its_own_place() -> None:
    for name in ("a", "b", "c"):
        User.objects.create_user(name, first_name=f"first {name}", last_name="same")
    query = CompiledQuery(
        lambda last, one, other: (
            User.objects.filter(last_name=last)
            .filter(username__in=[other, one])
            .order_by("username")
            .values_list("first_name", "date_joined")
        ),
        *("of the last", "of one", "of another"),
    )
    assert [row[0] for row in query.rows("same", "c", "a")] == ["first a", "first c"]
    assert not query.rows("other", "c", "a")
    assert query.rows("same", "b", "b")[0][1] == User.objects.get(username="b").date_joined
