"""Which permission a request needs."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from common.rest.permissions import ModelPermissions, permission
from messages_app.models import Kind

VIEW: Any = SimpleNamespace(permission_model=Kind)


def request_of(method: str | None, *permissions: str) -> Any:
    user = SimpleNamespace(is_authenticated=True, has_perm=permissions.__contains__)
    return SimpleNamespace(user=user, method=method)


def is_allowed(request: Any, view: Any = VIEW) -> bool:
    return ModelPermissions().has_permission(request, view)


@pytest.mark.parametrize(
    ("method", "action"),
    [
        ("GET", "view"),
        ("HEAD", "view"),
        ("OPTIONS", "view"),
        ("POST", "add"),
        ("PUT", "change"),
        ("PATCH", "change"),
        ("DELETE", "delete"),
    ],
)
def test_a_method_needs_the_permission_of_its_action(method: str, action: str) -> None:
    names = {f"messages_app.{one}_kind" for one in ("view", "add", "change", "delete")}
    own = f"messages_app.{action}_kind"
    assert is_allowed(request_of(method, own))
    assert not is_allowed(request_of(method, *names - {own}))
    assert permission(VIEW, action) == own


def test_a_view_can_name_the_action_instead() -> None:
    view: Any = SimpleNamespace(permission_model=Kind, permission_action="view")
    assert is_allowed(request_of("POST", "messages_app.view_kind"), view)
    assert not is_allowed(request_of("POST", "messages_app.add_kind"), view)


@pytest.mark.parametrize("method", ["TRACE", "", None])
def test_no_permission_is_enough_for_another_method(method: str | None) -> None:
    request = request_of(method)
    request.user.has_perm = lambda _: True
    assert not is_allowed(request)


def test_nobody_unknown_is_allowed_anything() -> None:
    unknown: Any = SimpleNamespace(user=AnonymousUser(), method="GET")
    unknown.user.has_perm = lambda _: True
    assert not is_allowed(unknown)
