"""Who has to wait after failed logins, and how long. django-axes keeps the failures.

Three counts lock: of a user name from an address (``LOGIN_ATTEMPTS`` failures, for
``LOGIN_LOCK_MINUTES``); of all names from an address, and of a name from all addresses (ten times
as many, for some minutes), against those who try many names or come from many addresses. Who has
logged in from the address before is held to the first alone: nobody is locked out by the failures
of others who share the address, or who try the name elsewhere.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_failure_limit
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Max, Q, Sum
from django.http import HttpRequest
from django.utils import timezone

# In the place of a user name. None can have a space, so that it stands for all wrong tokens.
WRONG_TOKEN = "API token"  # noqa: S105 - it is none
_MANY = 10
_MANY_WINDOW = timedelta(minutes=5)

Credentials = dict[str, Any] | None


class Lock(NamedTuple):
    """Until when, and what there were too many of: it completes "Too many …"."""

    ends: datetime
    reason: str

    @property
    def seconds(self) -> int:
        """Seconds left: at least one."""
        return max(1, ceil((self.ends - timezone.now()).total_seconds()))


class LoginHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """The setting AXES_HANDLER names it."""

    def is_locked(self, request: HttpRequest, credentials: Credentials = None) -> bool:
        return super().is_locked(request, credentials) or bool(_many(request, credentials))

    def lock(self, request: HttpRequest, credentials: Credentials) -> Lock:
        """That of somebody who is locked; ``request`` is one that django-axes has seen before."""
        many = _many(request, credentials)
        if many and not super().is_locked(request, credentials):
            return many
        newest = [
            failures.aggregate(newest=Max("attempt_time"))["newest"]
            for failures in self.get_user_attempts(request, credentials)
        ]
        last = max((time for time in newest if time), default=timezone.now())
        ends = last + settings.AXES_COOLOFF_TIME
        return Lock(ends, "logins with this user name failed from your address")


def _many(request: HttpRequest, credentials: Credentials) -> Lock | None:
    name, address = get_client_username(request, credentials), request.axes_ip_address  # type: ignore[attr-defined]
    if name == WRONG_TOKEN:
        return None
    limit = _MANY * get_failure_limit(request, credentials)
    failures = AccessAttempt.objects.exclude(username=WRONG_TOKEN).filter(
        attempt_time__gte=timezone.now() - _MANY_WINDOW
    )
    kinds = {
        "logins failed from your address": Q(ip_address=address),
        "logins with this user name failed": Q(username=name),
    }
    for reason, which in kinds.items():
        found = failures.filter(which).aggregate(
            count=Sum("failures_since_start", default=0), newest=Max("attempt_time")
        )
        if found["count"] >= limit and not _is_known(name, address):
            return Lock(found["newest"] + _MANY_WINDOW, reason)
    return None


def _is_known(name: str | None, address: str | None) -> bool:
    """Whether this user has logged in from this address before."""
    logins = AccessLog.objects.filter(username=name, ip_address=address)
    return bool(logins.exists())
