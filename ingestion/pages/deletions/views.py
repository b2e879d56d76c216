"""Deleting what a query matches: the question, its count and confirmation, and the list."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.actor import Actor, Channel
from common.pages.render import render_page
from ingestion.pages.deletions.words import what
from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds import access, registry
from messages_app.kinds.access import Access, needs, needs_any
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation.active_filters import active_filters
from messages_app.presentation.filters import Filters
from messages_app.presentation.parameters import RecordsQuery
from messages_app.schema.schema import MESSAGES
from messages_app.schema.timestamps import clean_date
from messages_app.schema.validation import Invalid

_LISTED = 100
# Of a list, they say how it is shown.
_NOT_WHICH = ("order", "fields")


def may_delete_some(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For what is done to a deletion of any kind."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not access.may_with_any(request.user, "delete"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


class CountForm(forms.Form):
    """The number of records, typed."""

    count = forms.IntegerField(
        min_value=0,
        localize=False,
        label="Type the number of records to delete them",
        widget=forms.TextInput(
            attrs={"class": "input", "inputmode": "numeric", "autocomplete": "off"}
        ),
        error_messages={"invalid": "Type the number shown above."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@needs("delete")
def ask(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """What is to be deleted; a POST has it counted."""
    here = pages_of(kind)
    filters = Filters.from_query(request.GET, here.schema, kind)
    if filters.errors:  # the page of the records tells them
        return redirect(here.records + filters.url())
    if request.method == "POST":
        deletion = life.ask(here.kind, _query(filters, here), None, request.user, CeleryQueue())
        return redirect(deletion)
    context = {
        "title": f"Delete {here.title}",
        "here": here,
        "filters": filters,
        "active_filters": active_filters(filters),
    }
    return render_page(request, "ingestion/deletions/ask.html", context)


@require_POST
@login_required
@needs("delete")
def ask_chosen(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """Have the records counted that were chosen on their page. A row is sent as its key, as the
    date and time with a blank between."""
    here = pages_of(kind)
    rows = request.POST.getlist("row")[: life.MAX_KEYS]
    try:
        keys = [_key(row) for row in rows]
    except Invalid as error:
        raise BadRequest(str(error)) from error
    if not keys:
        messages.warning(request, "Select records first.")
        return redirect(here.records + Filters.from_query(request.GET, here.schema, kind).url())
    return redirect(life.ask(here.kind, QueryDict(), keys, request.user, CeleryQueue()))


def _key(row: str) -> tuple[str, str]:
    """Raises Invalid."""
    date, _, time = row.partition(" ")
    return clean_date(date), life.time_of_key(time)


def _query(filters: Filters, here: KindPages) -> QueryDict:
    """The parameters that say which records."""
    known = set(RecordsQuery.for_schema(here.schema).fields) - {*_NOT_WHICH}
    query = filters.data.copy()
    for name in [name for name in query if name not in known]:
        del query[name]
    return query


@require_safe
@never_cache
@login_required
@needs_any
def deletions(request: HttpRequest) -> HttpResponse:
    """The newest ones, of the kinds that the user may see."""
    found = Deletion.objects.select_related("created_by")
    kinds = set(found.order_by().values_list("kind", flat=True).distinct())
    shown = found.filter(kind__in=access.viewable(request.user, kinds))[:_LISTED]
    known = registry.named({one.kind for one in shown})
    schemas = {name: kind.schema for name, kind in known.items()}
    listed = [(one, what(one, schemas.get(one.kind))) for one in shown]
    context = {"title": "Deletions", "deletions": listed}
    return render_page(request, "ingestion/deletions/deletions.html", context)


@require_safe
@never_cache
@login_required
@needs_any
def deletion_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _show(request, _found(request, pk), CountForm())


@require_POST
@login_required
@may_delete_some
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirmed by the number."""
    deletion = _deletable(request, pk)
    form = CountForm(request.POST)
    if not form.is_valid():
        return _show(request, deletion, form, 400)
    actor = Actor.from_request(request, Channel.PAGE)
    try:
        life.confirm(deletion, form.cleaned_data["count"], actor, CeleryQueue())
    except life.WrongCount:
        form.add_error("count", f"{deletion.matched:,} records were counted: type this number.")
        return _show(request, deletion, form, 409)
    except life.NotNow:
        messages.warning(request, f"The deletion is {deletion.get_state_display()}.")
    return redirect(deletion)


@require_POST
@login_required
@may_delete_some
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    deletion = _deletable(request, pk)
    if life.cancel(deletion):
        messages.success(request, "Stopped.")
    else:
        messages.warning(request, "The deletion ended before it could be stopped.")
    return redirect(deletion)


@require_POST
@login_required
@may_delete_some
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    deletion = _deletable(request, pk)
    if not Access(request.user, deletion.kind).add:
        raise PermissionDenied
    try:
        life.restore(deletion, Actor.from_request(request, Channel.PAGE), CeleryQueue())
    except life.NotNow:
        messages.warning(request, "Nothing can be restored now.")
    return redirect(deletion)


def _found(request: HttpRequest, pk: UUID) -> Deletion:
    deletion = get_object_or_404(Deletion.objects.select_related("created_by"), pk=pk)
    access.check_access(request.user, deletion.kind, "view")
    return deletion


def _deletable(request: HttpRequest, pk: UUID) -> Deletion:
    deletion = _found(request, pk)
    access.check_access(request.user, deletion.kind, "delete")
    return deletion


def _show(
    request: HttpRequest, deletion: Deletion, form: CountForm, status: int = 200
) -> HttpResponse:
    here = _pages(deletion.kind)
    context: dict[str, Any] = {
        "title": "Deletion",
        "deletion": deletion,
        "what": what(deletion, here.schema if here else None),
        "form": form,
        "here": here,
        "may": Access(request.user, deletion.kind),
    }
    return render_page(request, "ingestion/deletions/deletion.html", context, status)


def _pages(kind: str) -> KindPages | None:
    try:
        return pages_of(kind)
    except Http404:  # deleted since
        return None
