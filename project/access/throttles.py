"""Limits of the API's requests, counted in SQL so that all web processes share the count.

Windows are the minutes of the clock. A row holds the count of one client in one scope; the usual
request is one UPDATE of it. Who may not make a request at all is refused before it is counted.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from common.database.optional_write import optional_write
from project.access.client_address import client_address
from project.models import RequestCount

if TYPE_CHECKING:  # views import this module
    from rest_framework.views import APIView

WINDOW = timedelta(minutes=1)
# Rows of clients that have not come back for so long are removed when a new client comes.
_FORGET = timedelta(hours=1)


class SharedThrottle(BaseThrottle):
    """``API_REQUESTS_A_MINUTE`` for all requests of a client, and besides ``API_EXPORTS_A_MINUTE``
    for those of views with ``throttle_scope = "exports"``."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self._clock = clock

    def allow_request(self, request: Request, view: "APIView") -> bool:
        user = request.user
        is_known = user.is_authenticated
        identity = f"user:{user.pk}" if is_known else f"address:{client_address(request)}"
        scopes = ["requests"]
        if own := getattr(view, "throttle_scope", None):
            scopes.append(own)
        start = self._clock().replace(second=0, microsecond=0)
        with optional_write("count of requests"):
            return all(_count(identity[:64], scope, _limit(scope), start) for scope in scopes)
        return True

    def wait(self) -> float:
        """The whole seconds until the window ends, at least one."""
        now = self._clock()
        return ceil((now.replace(second=0, microsecond=0) + WINDOW - now).total_seconds())


def _limit(scope: str) -> int:
    limits: dict[str, int] = {
        "requests": settings.API_REQUESTS_A_MINUTE,
        "exports": settings.API_EXPORTS_A_MINUTE,
    }
    return limits[scope]


def _count(identity: str, scope: str, limit: int, start: datetime) -> bool:
    """Count a request in the window that begins at ``start``; False when it is full."""
    # Another machine's clock may be a little ahead: then its window counts.
    windows = (start, start + WINDOW)
    if _has_counted(identity, scope, windows, limit):
        return True
    counts = RequestCount.objects.filter(identity=identity, scope=scope)
    row, is_new = RequestCount.objects.get_or_create(
        identity=identity, scope=scope, defaults={"window_start": start, "count": 1}
    )
    if is_new:
        RequestCount.objects.filter(window_start__lt=start - _FORGET).delete()
        return True
    if row.window_start in windows and row.count >= limit:
        return False
    # Of several processes that find an old window, one begins the new one.
    has_begun = counts.exclude(window_start__in=windows).update(window_start=start, count=1)
    return bool(has_begun) or _has_counted(identity, scope, windows, limit)


def _has_counted(identity: str, scope: str, windows: tuple[datetime, datetime], limit: int) -> bool:
    """Whether there was room in a window. As each request does this, it is not left to Django to
    work out the SQL."""
    moments = map(connection.ops.adapt_datetimefield_value, windows)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, (identity, scope, *moments, limit))
        return bool(cursor.rowcount)


_COUNT = (
    "UPDATE project_requestcount SET count = count + 1"
    " WHERE identity = %s AND scope = %s AND window_start IN (%s, %s) AND count < %s"
)
