"""API tokens; wrong ones are counted, and refused for a while when an address sends many.

A right token is let in from a locked address too. Nobody guesses 256 random bits, so nothing is
lost by that, and one broken script does not shut out all others behind its address.
"""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from project.access import tokens
from project.access.lockout import WRONG_TOKEN

_CREDENTIALS = {"username": WRONG_TOKEN}


class CountedTokenAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Raises AuthenticationFailed (401), and Throttled (429) after ``LOGIN_ATTEMPTS`` of them."""

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
