"""How long those have to wait who failed too often; django-axes counts the failures."""

from datetime import timedelta
from math import ceil
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone


def seconds_left(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """Until the last counted failure is forgotten: at least one second.

    ``request`` is one that django-axes has seen before.
    """
    handler = AxesProxyHandler.get_implementation()
    newest = [
        failures.aggregate(newest=Max("attempt_time"))["newest"]
        for failures in handler.get_user_attempts(request, credentials)
    ]
    now = timezone.now()
    lock: timedelta = settings.AXES_COOLOFF_TIME
    ends = max((time for time in newest if time), default=now) + lock
    return max(1, ceil((ends - now).total_seconds()))
