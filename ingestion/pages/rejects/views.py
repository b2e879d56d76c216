"""Rejects are mended on the page of their import: row by row, many at once, and loaded.

A script asks for the parts that change; without it each form leads back to the page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.actor import Actor, Channel
from common.digits import LARGEST, from_digits
from common.errors import NotFound
from common.pages.htmx import is_htmx
from common.pages.text import counted
from ingestion.models import Import
from ingestion.pages.permissions import may_change, may_view
from ingestion.presentation import reject_grid
from ingestion.reading.file_error import FileError
from ingestion.rejects.mending import bulk, editing
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.checking import Checker
from ingestion.rejects.mending.editing import CannotMend, MendedReject
from ingestion.running import audit_log
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.access import Access

View = Callable[[HttpRequest, Import], HttpResponseBase]


def may_mend(request: HttpRequest, import_: Import) -> bool:
    """Whether who asks may mend rejects: change imports, and make records of the kind."""
    may_change_ = request.user.has_perm("ingestion.change_import")
    return may_change_ and Access(request.user, import_.kind).add


def _of_import(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """With the import, for those who may mend its rejects."""

    @require_POST
    @login_required
    @may_change
    @wraps(view)
    def checked(request: HttpRequest, pk: UUID, **more: Any) -> HttpResponseBase:
        import_ = get_object_or_404(Import, pk=pk)
        if not may_mend(request, import_):
            raise PermissionDenied
        return view(request, import_, **more)

    return checked


@require_safe
@never_cache
@login_required
@may_view
def rejects(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rejects alone, which ask for themselves while some are loaded."""
    import_ = get_object_or_404(Import, pk=pk)
    if not is_htmx(request) or not may_mend(request, import_):
        return redirect(f"{import_.get_absolute_url()}?{request.GET.urlencode()}#rejects")
    return _section(request, import_)


@_of_import
def mend_row(request: HttpRequest, import_: Import, line: int) -> HttpResponseBase:
    """Edit a row, take an edit back, have it be as it was, or let go of it."""
    try:
        before = editing.one(import_, line)
        after = _changed(request, import_, before)
    except NotFound as error:
        raise Http404(str(error)) from error
    except (CannotMend, FileError) as error:
        return _refused(request, import_, error)
    if request.headers.get("Accept") != "application/json":
        return _back(import_)
    import_.refresh_from_db()
    offer = reject_grid.offer(import_, before, after) if request.POST.get("do") == "edit" else None
    context = {"import_record": import_, **reject_grid.standing(import_), "offer": offer}
    return JsonResponse(
        {
            **reject_grid.row_of(after, Checker(import_)).as_dict(),
            "standing": _rendered(request, "standing", context),
            "offer": _rendered(request, "offer", context) if offer else "",
        }
    )


@_of_import
def mend_many(request: HttpRequest, import_: Import) -> HttpResponseBase:
    """Write a value into all open rows with a fault, or let go of them."""
    data = request.POST
    name = FaultName(data.get("code", ""), data.get("column", "")) if data.get("code") else None
    try:
        sentence = _done_to_many(request, import_, name)
    except (CannotMend, FileError) as error:
        return _refused(request, import_, error)
    return _answer(request, import_, sentence)


@_of_import
def load(request: HttpRequest, import_: Import) -> HttpResponseBase:
    """Load the rows that are ready."""
    try:
        child = editing.load(import_, request.user, CeleryQueue().plan)
    except CannotMend as error:
        return _refused(request, import_, error)
    actor = Actor.from_request(request, Channel.PAGE)
    audit_log.log(actor, audit_log.REJECTS_LOADED, import_, child=str(child.pk))
    return _answer(request, import_, "The mended rows are being loaded.")


def _changed(request: HttpRequest, import_: Import, before: MendedReject) -> MendedReject:
    line = before.reject.line
    action = request.POST.get("do", "edit")
    if action == "undo":
        return editing.undo(import_, line, request.user)
    if action == "original":
        return editing.put_back(import_, line)
    if action == "let_go":
        editing.let_go(import_, [before.reject], request.user)
        return editing.one(import_, line)
    return editing.edit(import_, line, request.POST.getlist("cell"), request.user)


def _done_to_many(request: HttpRequest, import_: Import, name: FaultName | None) -> str:
    data, user = request.POST, request.user
    actor = Actor.from_request(request, Channel.PAGE)
    if data.get("do") == "let_go":
        outcome = bulk.let_go(import_, name, user)
        audit_log.log(actor, audit_log.REJECTS_LET_GO, import_, rows=outcome.changed)
        sentence = f"{counted(outcome.changed, 'row')} let go."
    elif name is None:
        raise CannotMend(
            "no_fault", "Choose a fault: rows with the same fault are mended together."
        )
    else:
        old = None if data.get("do") == "fill" else data.get("old", "")
        outcome = bulk.replace(import_, name, old, data.get("new", ""), user)
        audit_log.log(actor, audit_log.REJECTS_MENDED, import_, rows=outcome.changed)
        sentence = f"{counted(outcome.changed, 'row')} changed, {outcome.ready:,} of them ready."
    return sentence + ("" if outcome.is_whole else reject_grid.MORE)


def _answer(request: HttpRequest, import_: Import, sentence: str) -> HttpResponse:
    if is_htmx(request):
        return _section(request, import_, sentence)
    messages.success(request, sentence)
    return _back(import_)


def _refused(request: HttpRequest, import_: Import, error: Exception) -> HttpResponse:
    sentence = error.detail if isinstance(error, FileError) else str(error)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"detail": sentence}, status=409)
    if is_htmx(request):
        return _section(request, import_, sentence)
    messages.warning(request, sentence)
    return _back(import_)


def _section(request: HttpRequest, import_: Import, sentence: str = "") -> HttpResponse:
    import_.refresh_from_db()
    after, with_settled = position(request.POST or request.GET)
    context = reject_grid.whole(import_, after, with_settled=with_settled)
    context |= {"said_of_rejects": sentence, "is_part": True}
    return render(request, "ingestion/rejects/_rejects.html", context)


def position(data: QueryDict) -> tuple[int, bool]:
    """The line behind which the grid begins, and whether it has what is settled too."""
    return from_digits(data.get("after", ""), LARGEST) or 0, data.get("show") == "all"


def _back(import_: Import) -> HttpResponse:
    return redirect(f"{import_.get_absolute_url()}#rejects")


def _rendered(request: HttpRequest, name: str, context: dict[str, Any]) -> str:
    return render(request, f"ingestion/rejects/_{name}.html", context).content.decode()
