"""Who may see and change the records of a kind.

Today's permissions on records (``messages_app.view_message`` and the others) go for all kinds. For
a kind that staff made there are two of its own, for groups and users in the admin. As soon as
anybody was given one of them, its records are for those alone who have them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from messages_app.models import Kind
from messages_app.schema.schema import MESSAGES

View = TypeVar("View", bound=Callable[..., Any])

_APP = "messages_app"
_VIEW, _CHANGE = "view_records_of_", "change_records_of_"
_NAMES = {_VIEW: "Can see the records of {}", _CHANGE: "Can make, change and delete records of {}"}


@dataclass
class Access:
    """What a user may do with the records of a kind; templates take it as ``may``."""

    user: Any
    kind: str

    def has(self, action: str) -> bool:
        """Whether the user may *view*, *add*, *change* or *delete* records."""
        if self._is_granted:
            return bool(self.user.has_perm(f"{_APP}.{_codename(self.kind, action)}"))
        return bool(self.user.has_perm(f"{_APP}.{action}_message"))

    @property
    def view(self) -> bool:
        return self.has("view")

    @property
    def add(self) -> bool:
        return self.has("add")

    @property
    def change(self) -> bool:
        return self.has("change")

    @property
    def delete(self) -> bool:
        return self.has("delete")

    @property
    def _is_granted(self) -> bool:
        """Whether the kind is for some people only: asked once a request, as permissions are."""
        if self.kind == MESSAGES:
            return False
        known: dict[str, bool] = self.user.__dict__.setdefault("_granted_kinds", {})
        if self.kind not in known:
            known[self.kind] = _granted().filter(codename__in=_codenames(self.kind)).exists()
        return known[self.kind]


def needs(*actions: str) -> Callable[[View], View]:
    """For pages whose address names a kind, or is of the built-in one."""

    def decorated(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, kind: str = MESSAGES, **kwargs: Any) -> Any:
            check_access(request.user, kind, *actions)
            return view(request, *args, kind=kind, **kwargs)

        return cast("View", checked)

    return decorated


def check_access(user: Any, kind: str, *actions: str) -> None:
    """Raise PermissionDenied unless a user may do all of these."""
    access = Access(user, kind)
    if not all(access.has(action) for action in actions):
        raise PermissionDenied


def viewable(user: Any, kinds: Iterable[str]) -> set[str]:
    """The kinds among these whose records a user may see. One statement, however many there are."""
    found = _granted().values_list("codename", flat=True).distinct()
    granted = {name.removeprefix(_VIEW).removeprefix(_CHANGE) for name in found}
    may_view_others = user.has_perm(f"{_APP}.view_message")
    return {
        kind
        for kind in kinds
        if (user.has_perm(f"{_APP}.{_VIEW}{kind}") if kind in granted else may_view_others)
    }


def hidden_kinds(user: Any) -> list[str]:
    """The kinds whose records a user may not see. Two statements, however many there are."""
    kinds = [MESSAGES, *Kind.objects.values_list("name", flat=True)]
    return sorted(set(kinds) - viewable(user, kinds))


def needs_any(view: View) -> View:
    """For pages about the records of all kinds that a user may see, if there is any."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user: Any = request.user
        own = any(name.startswith(f"{_APP}.{_VIEW}") for name in user.get_all_permissions())
        if not own:
            check_access(user, MESSAGES, "view")
        return view(request, *args, **kwargs)

    return cast("View", checked)


def may_with_any(user: Any, action: str) -> bool:
    """Whether a user may do that to the records of all kinds, or of some."""
    own = f"{_APP}.{_VIEW if action == 'view' else _CHANGE}"
    if user.has_perm(f"{_APP}.{action}_message"):
        return True
    return any(name.startswith(own) for name in user.get_all_permissions())


def make_permissions(kind: str, label: str) -> None:
    """Those of a new kind, which nobody has yet."""
    type_ = ContentType.objects.get_or_create(app_label=_APP, model="message")[0]
    for before, name in _NAMES.items():
        shown = {"name": name.format(f"{label} ({kind})")}
        Permission.objects.get_or_create(content_type=type_, codename=before + kind, defaults=shown)


def delete_permissions(kind: str) -> None:
    """Those of a kind that is deleted, from all who have them."""
    Permission.objects.filter(content_type__app_label=_APP, codename__in=_codenames(kind)).delete()


def _codename(kind: str, action: str) -> str:
    return (_VIEW if action == "view" else _CHANGE) + kind


def _codenames(kind: str) -> list[str]:
    return [_VIEW + kind, _CHANGE + kind]


def _granted() -> QuerySet[Permission]:
    """The permissions on kinds that anybody has."""
    of_kinds = Q(codename__startswith=_VIEW) | Q(codename__startswith=_CHANGE)
    has_any = Q(group__isnull=False) | Q(user__isnull=False)
    return Permission.objects.filter(of_kinds, has_any, content_type__app_label=_APP)
