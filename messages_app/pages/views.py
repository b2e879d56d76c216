"""The messages page: the records of a date."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from messages_app.errors import BadCursor
from messages_app.pages import table
from messages_app.pages.forms import MessageQueryForm
from messages_app.pages.render import render_page
from messages_app.repository import Page, message_repository

PAGE_SIZE = 50


@require_safe
@login_required
@permission_required("messages_app.view_message", raise_exception=True)
def messages(request: HttpRequest, latest_date: Callable[[], str | None]) -> HttpResponse:
    """Without a date in the URL: those of the latest date that is known, else of today."""
    given = request.GET.copy()
    if "date" not in given:
        given["date"] = latest_date() or datetime.now(UTC).date().isoformat()
    cursor = given.pop("cursor", [""])[-1]
    form = MessageQueryForm(given)
    page, bad_cursor = None, False
    if form.is_valid():
        page, bad_cursor = _page(form, cursor)
    context = {
        "title": "Messages",
        "form": form,
        "page": page,
        "bad_cursor": bad_cursor,
        "is_first": not cursor,
        "columns": table.columns(),
        "rows": table.rows(page.messages) if page else [],
        "is_filtered": any(text for name, text in given.items() if name != "date"),
        "first_url": _url(given),
        "next_url": _url(given, cursor=page.cursor) if page and page.cursor else "",
        **_neighbours(form, given),
    }
    return render_page(
        request, "messages_app/messages.html", context, 200 if page is not None else 400
    )


def _page(form: MessageQueryForm, cursor: str) -> tuple[Page | None, bool]:
    """The page, and whether its cursor was refused."""
    try:
        return message_repository().page(form.query, PAGE_SIZE, cursor or None), False
    except BadCursor:
        return None, True


def _neighbours(form: MessageQueryForm, given: QueryDict) -> dict[str, str]:
    """Links to the same query a day before and a day after."""
    if not form.is_valid():
        return {}
    day = date.fromisoformat(form.query.date)
    links = {}
    for name, step in (("day_before", -1), ("day_after", 1)):
        try:
            links[name] = _url(given, date=(day + timedelta(days=step)).isoformat())
        except OverflowError:  # the calendar ends there
            continue
    return links


def _url(given: QueryDict, **changes: str) -> str:
    parameters = given.copy()
    for name, value in changes.items():
        parameters[name] = value
    for name in [name for name, text in parameters.items() if not text]:
        del parameters[name]
    return f"?{parameters.urlencode()}"
