"""Who may do what with the records of which kind, without any request."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied

from messages_app.kinds import access
from tests.messages_app.kinds.climate import written_down

pytestmark = pytest.mark.django_db
ACTIONS = ("view", "add", "change", "delete")


def user_of(*codenames: str) -> Any:
    user = User.objects.create_user(f"user-{User.objects.count()}")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


def may(user: Any, kind: str) -> list[str]:
    it = access.Access(user, kind)
    assert [it.has(one) for one in ACTIONS] == [it.view, it.add, it.change, it.delete]
    return [one for one in ACTIONS if it.has(one)]


@pytest.fixture
def granted() -> None:
    """The records of climate are for those of a group."""
    access.make_permissions("climate", "Climate")
    group = Group.objects.create(name="lab")
    group.permissions.add(Permission.objects.get(codename="view_records_of_climate"))


def test_while_nobody_has_its_permissions_those_on_records_go() -> None:
    access.make_permissions("climate", "Climate")
    user = user_of("view_message", "delete_message")
    assert may(user, "climate") == may(user, "messages") == ["view", "delete"]


@pytest.mark.usefixtures("granted")
def test_its_own_permissions_are_for_reading_and_for_all_else() -> None:
    assert may(user_of("view_records_of_climate"), "climate") == ["view"]
    assert may(user_of("change_records_of_climate"), "climate") == ["add", "change", "delete"]
    everywhere = user_of(*(f"{one}_message" for one in ACTIONS))
    assert may(everywhere, "climate") == []
    assert may(everywhere, "messages") == list(ACTIONS)


@pytest.mark.usefixtures("granted")
def test_whether_a_kind_is_for_some_only_is_asked_once(django_assert_num_queries: Any) -> None:
    user = user_of("view_message")
    assert not user.has_perm("anything")
    with django_assert_num_queries(1):
        for _ in range(3):
            assert not access.Access(user, "climate").view
    with django_assert_num_queries(0):
        assert access.Access(user, "messages").view


def test_a_check_needs_all_of_its_actions() -> None:
    user = user_of("view_message", "add_message")
    access.check_access(user, "messages")
    access.check_access(user, "messages", "view", "add")
    with pytest.raises(PermissionDenied):
        access.check_access(user, "messages", "view", "change")


@pytest.mark.usefixtures("granted")
def test_the_kinds_whose_records_are_seen() -> None:
    written_down()
    written_down("rooms")
    some, others, nobody = user_of("view_records_of_climate"), user_of("view_message"), user_of()
    kinds = ["climate", "rooms", "messages"]
    assert access.viewable(some, kinds) == {"climate"}
    assert access.viewable(others, kinds) == {"rooms", "messages"}
    assert access.viewable(nobody, kinds) == set()
    assert access.hidden_kinds(some) == ["messages", "rooms"]
    assert access.hidden_kinds(others) == ["climate"]


@pytest.mark.parametrize(
    ("codename", "sees", "changes"),
    [
        ("view_message", True, False),
        ("change_message", False, True),
        ("view_records_of_climate", True, False),
        ("change_records_of_climate", False, True),
        ("view_import", False, False),
    ],
)
def test_some_may_do_something_with_the_records_of_any_kind(
    codename: str, sees: bool, changes: bool
) -> None:
    access.make_permissions("climate", "Climate")
    user = user_of(codename)
    assert access.may_with_any(user, "view") == sees
    assert access.may_with_any(user, "change") == changes
    request: Any = SimpleNamespace(user=user)
    page: Any = access.needs_any(lambda _: "page")
    if sees:
        assert page(request) == "page"
    else:
        with pytest.raises(PermissionDenied):
            page(request)


def test_a_page_of_a_kind_needs_the_actions_that_it_names() -> None:
    page: Any = access.needs("view", "change")(lambda _, kind: kind)
    request: Any = SimpleNamespace(user=user_of("view_message", "change_message"))
    assert (page(request), page(request, kind="climate")) == ("messages", "climate")
    request.user = user_of("view_message")
    with pytest.raises(PermissionDenied):
        page(request)


def test_permissions_come_and_go_with_a_kind() -> None:
    for _ in range(2):
        access.make_permissions("climate", "Climate")
    access.make_permissions("climate-2", "Other")
    access.delete_permissions("climate")
    left = Permission.objects.filter(codename__contains="_records_of_").order_by("codename")
    assert list(left.values_list("codename", "name")) == [
        ("change_records_of_climate-2", "Can make, change and delete records of Other (climate-2)"),
        ("view_records_of_climate-2", "Can see the records of Other (climate-2)"),
    ]
