"""Filters of the pages of records under names: people save, share and delete theirs, and choose the
one that the page opens with."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common.pages.render import render_page
from messages_app.kinds import registry
from messages_app.kinds.access import check_access, needs_any, viewable
from messages_app.models import SavedView
from messages_app.pages import saved
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation.active_filters import ActiveFilter, active_filters
from messages_app.presentation.filters import DATES, Filters
from messages_app.presentation.relative import LAST, relative, span_in_words
from messages_app.schema.schema import MESSAGES

_LONGEST_QUERY = 4000


@dataclass(frozen=True, slots=True)
class Listed:
    """A saved view with its address and what it asks for."""

    view: SavedView
    kind: str
    url: str
    day: str
    active_filters: list[ActiveFilter]

    @classmethod
    def from_view(cls, view: SavedView, here: KindPages) -> "Listed":
        filters = Filters(QueryDict(view.query), here.schema)
        is_newest = not any(name in QueryDict(view.query) for name in DATES)
        day = filters.data.get("date") or ("the newest day" if is_newest else "all days")
        if last := QueryDict(view.query).get(LAST):
            day = span_in_words(last)
        url = f"{here.records}?{view.query}"
        return cls(view, here.title, url, day, active_filters(filters))


def start_query(user: Any, kind: str) -> str:
    """The query that the page of a kind's records opens with for a user, or ''."""
    found = SavedView.objects.filter(owner=user, kind=kind, is_start=True)
    return found.values_list("query", flat=True).first() or ""


def menu(user: Any, kind: str = "") -> dict[str, list[SavedView]]:
    """The user's own views, and those that others share: of one kind, or of all."""
    found = SavedView.objects.filter(kind=kind) if kind else SavedView.objects.all()
    shared = saved.of_others(found, user)
    return {"own_views": list(found.filter(owner=user)), "shared_views": list(shared)}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@needs_any
def saved_views(request: HttpRequest) -> HttpResponse:
    """All views that the user can open. A POST saves the query that it names."""
    if request.method == "POST":
        return _save(request)
    found = menu(request.user)
    named = {view.kind for views in found.values() for view in views}
    kinds = registry.named(viewable(request.user, named))
    listed = {
        name: [
            Listed.from_view(view, KindPages(kinds[view.kind]))
            for view in views
            if view.kind in kinds
        ]
        for name, views in found.items()
    }
    context = {
        "title": "Saved views",
        "own": listed["own_views"],
        "shared": listed["shared_views"],
    }
    return render_page(request, "messages_app/browse/saved_views.html", context)


@require_POST
@login_required
@needs_any
def change_saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one of several things with a view of the user's own."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    action = saved.change(request, view, "view")
    if action in ("start", "unstart"):
        _choose_start(view, is_start=action == "start")
    return redirect("saved-views")


def _choose_start(view: SavedView, *, is_start: bool) -> None:
    """At most one view of an owner is the start."""
    own = SavedView.objects.filter(owner=view.owner_id, kind=view.kind)
    with transaction.atomic():
        list(own.select_for_update())  # two requests at once must not both choose
        own.update(is_start=False)
        own.filter(pk=view.pk).update(is_start=is_start)


def _save(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    name = request.POST.get("name", "").strip()
    here = pages_of(request.POST.get("kind", MESSAGES))
    check_access(user, here.kind.name, "view")
    asked = QueryDict(request.POST.get("query", ""))
    filters = Filters.from_query(asked, here.schema, here.kind.name)
    query = _query(filters, here.kind.name, keeps_day="keeps_day" in request.POST)
    if fault := _fault(name, query, filters):
        messages.error(request, fault)
        return redirect(here.records + filters.url())
    try:
        with transaction.atomic():
            SavedView.objects.create(owner=user, kind=here.kind.name, name=name, query=query)
    except IntegrityError:
        messages.error(request, saved.name_taken(name, "view"))
        return redirect(here.records + filters.url())
    messages.success(request, f"The view “{name}” was saved.")
    return redirect(f"{here.records}?{query}" if query else here.records)


def _query(filters: Filters, kind: str, *, keeps_day: bool) -> str:
    """What is saved. A view of one day follows the newest one, and one of the days up to now the
    calendar, unless it is to keep its own."""
    kept = filters.data.copy()
    if keeps_day:
        return kept.urlencode()
    if kept["date"]:
        for name in DATES:
            kept.pop(name, None)
        return kept.urlencode()
    moving = relative(kept, kind) if not filters.errors else None
    return moving.query if moving else kept.urlencode()


def _fault(name: str, query: str, filters: Filters) -> str:
    if fault := saved.fault_of(name, "view"):
        return fault
    if filters.errors:
        return "A filter that is not valid cannot be saved. Correct it first."
    if len(query) > _LONGEST_QUERY:
        return "This filter has too many values to be saved. Remove some of them."
    return ""
