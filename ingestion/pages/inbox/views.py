"""What came into the inbox: by minute, method and outcome."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.pages.render import render_page
from ingestion.pages.inbox.rows import MinuteRow, rows
from ingestion.pages.permissions import may_view
from ingestion.running.inbox.account import COUNTS_KEPT
from ingestion.running.inbox.models import InboxCount, Outcome

_ROWS_A_PAGE = 50
# A minute has a count for each method and outcome at most.
_COUNTS_A_PAGE = 500


@require_safe
@never_cache
@login_required
@may_view
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first. ``before`` is the minute that ended the page before."""
    before = request.GET.get("before", "")
    page, older = _page(_minute(before)) if before else _page(timezone.now() + timedelta(minutes=1))
    context = {
        "title": "Inbox",
        "rows": page,
        "today": _of_last_day(),
        "queue": settings.MESSAGE_INBOX_QUEUE,
        "days": COUNTS_KEPT.days,
        "is_first": not before,
        "older": older,
    }
    return render_page(request, "ingestion/inbox/inbox.html", context)


def _page(before: datetime) -> tuple[list[MinuteRow], str]:
    """The rows of whole minutes, and the minute before which the next page has its own."""
    counts = list(InboxCount.objects.filter(minute__lt=before)[:_COUNTS_A_PAGE])
    found = rows(counts)
    if len(counts) < _COUNTS_A_PAGE and len(found) <= _ROWS_A_PAGE:
        return found, ""
    last = found[min(len(found), _ROWS_A_PAGE) - 1].minute
    whole = [row for row in found if row.minute > last] or [
        row for row in found if row.minute == last
    ]
    return whole, whole[-1].minute.isoformat()


def _minute(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Http404("This page of the inbox does not exist.") from None
    if moment.tzinfo is None:
        raise Http404("This page of the inbox does not exist.")
    return moment


def _of_last_day() -> list[tuple[str, int, bool]]:
    """Of the last 24 hours each outcome, how many messages had it, and whether it is a bad one."""
    since = timezone.now() - timedelta(days=1)
    found = InboxCount.objects.filter(minute__gte=since).order_by().values_list("outcome")
    sums: dict[str, Any] = dict(found.annotate(Sum("count")))
    return [
        (one.label, sums[one], one in (Outcome.REFUSED, Outcome.FAILED))
        for one in Outcome
        if sums.get(one)
    ]
