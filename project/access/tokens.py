"""API tokens: made for a user, shown once, and stored as a digest alone."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from knox.models import AuthToken

from audit.actor import Actor
from common.database.optional_write import optional_write
from project.models import TokenInfo

KIND = "token"
# More than one for each of a user's programs.
MAX_OF_A_USER = 50
_USED_EVERY = timedelta(minutes=5)
_DAYS = (1, 7, 30, 90, 180, 365, 730, 1825)
# So much of a token tells it from others, and is no help in guessing the rest.
_SHOWN = 8


def lifetimes() -> list[int]:
    """For how many days a new token may be valid; the most of them is a setting."""
    maximum = settings.API_TOKEN_DAYS
    return [*(days for days in _DAYS if days < maximum), maximum]


def of_user(user: AbstractBaseUser) -> "QuerySet[AuthToken]":
    """The newest first. Those that have ended are removed before."""
    tokens: QuerySet[AuthToken] = AuthToken.objects.filter(user=user)
    with optional_write("removal of tokens that have ended"):
        tokens.filter(expiry__lt=timezone.now()).delete()
    return tokens.select_related("info").order_by("-created")


def make(user: AbstractBaseUser, name: str, days: int, maker: Actor) -> tuple[AuthToken, str]:
    """A new token, and what to send as such. Nobody can find that out later."""
    token, secret = AuthToken.objects.create(user, expiry=timedelta(days=days))
    TokenInfo.objects.create(token=token, name=name)
    maker.log("created", KIND, target_of(token), name=name, ends=token.expiry.isoformat())
    return token, secret


def revoke(token: AuthToken, revoker: Actor) -> None:
    """It is valid no longer."""
    target, name = target_of(token), name_of(token)
    token.delete()
    revoker.log("revoked", KIND, target, name=name)


def note_use(token: AuthToken) -> None:
    """Write down that a token, which was read with its ``info``, was used, if that was not done a
    while ago."""
    now = timezone.now()
    info = getattr(token, "info", None)
    if info and info.last_used is not None and now - info.last_used < _USED_EVERY:
        return
    with optional_write("use of a token"):
        # One that a command made has none.
        if not TokenInfo.objects.filter(token=token).update(last_used=now):
            TokenInfo.objects.get_or_create(token=token, defaults={"last_used": now})


def name_of(token: AuthToken) -> str:
    """What its maker called it."""
    info = getattr(token, "info", None)
    return info.name if info else ""


def target_of(token: AuthToken) -> str:
    """How the audit trail names a token."""
    return f"{token.user.get_username()} {shown(token)}"


def in_words(token: AuthToken) -> str:
    """With its name, for people."""
    return f"{target_of(token)} {name_of(token)}".rstrip()


def shown(token: AuthToken) -> str:
    """Its beginning, by which people find it among their settings."""
    beginning: str = token.token_key[:_SHOWN]
    return f"{beginning}…"
