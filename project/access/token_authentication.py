"""API tokens; wrong ones are counted, and refused for a while when an address sends many.

A right token is let in from a locked address too. Nobody guesses 256 random bits, so nothing is
lost by that, and one broken script does not shut out all others behind its address.
"""

from hmac import compare_digest
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from project.access import token_reading, tokens
from project.access.lockout import WRONG_TOKEN

_CREDENTIALS = {"username": WRONG_TOKEN}


class CountedTokenAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Raises AuthenticationFailed (401), and Throttled (429) after ``LOGIN_ATTEMPTS`` of them.

    A request costs two statements, one for what the user may do. Nothing is remembered between
    requests: a token that is revoked, and a right that is taken away, are gone at once. knox itself
    looks through all tokens of the user too, for those that have ended; here they are removed where
    they are listed (tokens.of_user).
    """

    def authenticate(self, request: Request) -> Any:
        try:
            found = super().authenticate(request)
        except AuthenticationFailed:
            _count(request)
            raise
        except UnicodeDecodeError as error:
            _count(request)
            raise AuthenticationFailed("Invalid token.") from error
        if found is not None:
            tokens.note_use(found[1])
        return found

    def authenticate_credentials(self, token: bytes) -> Any:
        """User and token. Raises AuthenticationFailed."""
        secret = token.decode()
        for one in token_reading.with_key(secret[: CONSTANTS.TOKEN_KEY_LENGTH]):
            if compare_digest(hash_token(secret), one.digest) and not _has_ended(one):
                found = self.validate_user(one)
                token_reading.know_permissions(one.user)
                return found
        raise AuthenticationFailed("Invalid token.")


def _has_ended(token: AuthToken) -> bool:
    return token.expiry is not None and token.expiry < timezone.now()


def _count(request: Request) -> None:
    attempt = _without_body(request)
    if AxesProxyHandler.is_allowed(attempt, _CREDENTIALS):
        user_login_failed.send(sender=__name__, credentials=_CREDENTIALS, request=attempt)
    if not AxesProxyHandler.is_allowed(attempt, _CREDENTIALS):
        lock = AxesProxyHandler.get_implementation().lock(attempt, _CREDENTIALS)
        raise Throttled(lock.seconds, "Too many wrong tokens came from this address.")


def _without_body(request: Request) -> HttpRequest:
    """django-axes reads the form of a failed login. An API request's body may be a large file,
    which must not be taken in for the sake of somebody unknown."""
    attempt = HttpRequest()
    attempt.META = request.META
    attempt.method, attempt.path = request.method, request.path
    return attempt
