"""Tokens as a request reads them: with their users, and what these may do."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from knox.models import AuthToken

from project.access.compiled import CompiledQuery
from project.models import TokenInfo

_MODELS: dict[str, type[Model]] = {"": AuthToken, "user__": User, "info__": TokenInfo}
_NAMES = {
    prefix: [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's name
    for prefix, model in _MODELS.items()
}


def with_key(key: str) -> Iterator[AuthToken]:
    """The tokens that begin in this way, with ``user`` and ``info``: one statement."""
    for row in _TOKENS.rows(key):
        found: dict[str, Any] = {}
        for prefix, names in _NAMES.items():
            values, row = row[: len(names)], row[len(names) :]  # noqa: PLW2901
            found[prefix] = _MODELS[prefix].from_db(DEFAULT_DB_ALIAS, names, values)
        token: AuthToken = found[""]
        token.user = found["user__"]
        info = found["info__"] if found["info__"].pk else None
        AuthToken.info.related.set_cached_value(token, info)
        yield token


def know_permissions(user: User) -> None:
    """Read what a user may do in one statement; Django takes two. A superuser needs none."""
    if not user.is_superuser:
        rows = _PERMISSIONS.rows(user.pk)
        # Where Django itself keeps them.
        user._perm_cache = {f"{app}.{name}" for app, name in rows}  # type: ignore[attr-defined]  # noqa: SLF001


def _tokens(key: str) -> QuerySet[Any, Any]:
    names = [prefix + name for prefix, names in _NAMES.items() for name in names]
    found: QuerySet[Any, Any] = AuthToken.objects.filter(token_key=key).values_list(*names)
    return found


def _permissions(user_id: int) -> QuerySet[Any, Any]:
    found = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    return found.filter(user=user_id).union(found.filter(group__user=user_id))


_TOKENS = CompiledQuery(_tokens, "of-a-sample")
_PERMISSIONS = CompiledQuery(_permissions, -1)
