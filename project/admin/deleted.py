"""What is deleted with a user or a group, as the admin lists it before it asks."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from knox.models import AuthToken

from project.access import tokens

_DIGEST = re.compile(r"[0-9a-f]{128}")
# Of what is known of a token: it is among the token's own words.
_INFO = "Token info: "
# A row that ties two things together, which has a number for a name.
_TIE = re.compile(r".+ relationship: \w+ object \(\d+\)")


def in_words(found: list[Any], users: Iterable[User]) -> list[Any]:
    """Django's lists in lists, where an API token has the name that its maker gave it: Django
    shows the digest that is stored, which nobody knows."""
    owned = AuthToken.objects.filter(user__in=users).select_related("user", "info")
    return _named(found, {token.digest: f"API token: {tokens.in_words(token)}" for token in owned})


def without_ties(found: list[Any]) -> list[Any]:
    """The same without the rows that say who is in which group and who has which permission."""
    shown = [without_ties(one) if isinstance(one, list) else one for one in found]
    return [one for one in shown if isinstance(one, list) or not _TIE.fullmatch(one)]


def _named(found: list[Any], names: dict[str, str]) -> list[Any]:
    shown: list[Any] = []
    for one in found:
        if isinstance(one, list):
            if inner := _named(one, names):
                shown.append(inner)
        elif not one.startswith(_INFO):
            digest = _DIGEST.search(one)
            shown.append(names.get(digest.group(), one) if digest else one)
    return shown
