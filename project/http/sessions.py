"""A session ends SESSION_HOURS after it was last used."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from common.database.optional_write import optional_write
from common.pages.htmx import is_htmx

_SAVED_AT = "saved_at"
# To save it at every request would cost a write each. So an unused one may end this much earlier.
_PART_OF_LIFE = 1 / 24


class KeepUsedSession:
    """Saves the session of who is logged in anew, now and then, which prolongs it.

    A page that refreshes a part of itself is not used by that: else a forgotten one would stay
    logged in for ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        # Not to be the first who reads it: most requests of programs have none.
        if request.session.accessed and not is_htmx(request):
            _save_when_due(request)
        return response


def _save_when_due(request: HttpRequest) -> None:
    session, now = request.session, int(time.time())
    pause = settings.SESSION_COOKIE_AGE * _PART_OF_LIFE
    if SESSION_KEY not in session or now - session.get(_SAVED_AT, 0) < pause:
        return
    is_changed = session.modified
    session[_SAVED_AT] = now
    if not is_changed:
        # What was only read is no reason to fail. Django saves what is modified at the end.
        session.modified = False
        with optional_write("session", UpdateError):
            session.save()
            session.modified = True
