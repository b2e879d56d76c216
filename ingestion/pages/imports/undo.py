"""Taking an import back: the question, and the records that stayed."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actor import Actor, Channel
from common.digits import LARGEST, from_digits
from common.pages.render import render_page
from ingestion.models import Import
from ingestion.pages.permissions import may_change, may_view
from ingestion.presentation import undo_detail
from ingestion.running import audit_log
from ingestion.running.ended.undo import beginning
from ingestion.running.ended.undo.beginning import CannotUndo
from ingestion.running.ended.undo.columns import WithoutCopy
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.access import Access
from messages_app.pages.kind_pages import pages_of


class TakeBackForm(forms.Form):
    """What becomes of records of whose former ones no copy is kept: asked where there are such."""

    without_copy = forms.ChoiceField(
        choices=WithoutCopy.choices,
        widget=forms.RadioSelect,
        label="Records that replaced others of which no copy is left",
        error_messages={"required": "Choose what happens to these records."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_change
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks first, with what goes, what comes again and what stays."""
    import_ = get_object_or_404(Import, pk=pk)
    if not Access(request.user, import_.kind).delete:
        raise PermissionDenied
    if why := beginning.refusal(import_):
        messages.warning(request, why.detail)
        return redirect(import_)
    lost = beginning.without_copy(import_)
    form = TakeBackForm(request.POST or None) if lost else None
    if request.method == "POST" and (form is None or form.is_valid()):
        return _begin(request, import_, form)
    context = {
        "title": "Take an import back",
        "import_record": import_,
        "lost": lost,
        "form": form,
        "left_to_do": import_.receipt.stored - import_.undo_counts.total,
    }
    status = 400 if request.method == "POST" else 200
    return render_page(request, "ingestion/undo/ask.html", context, status)


def _begin(request: HttpRequest, import_: Import, form: TakeBackForm | None) -> HttpResponse:
    without = WithoutCopy(form.cleaned_data["without_copy"]) if form else None
    try:
        beginning.take_back(import_, CeleryQueue(), without)
    except CannotUndo as error:
        messages.warning(request, error.detail)
        return redirect(import_)
    audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.TAKEN_BACK, import_)
    messages.success(request, "The import is being taken back.")
    return redirect(import_)


@require_safe
@never_cache
@login_required
@may_view
def left(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The records that stayed, a page at a time."""
    import_ = get_object_or_404(Import, pk=pk)
    if not Access(request.user, import_.kind).view:
        raise PermissionDenied
    line = from_digits(request.GET.get("after_line", ""), LARGEST) or 0
    context: dict[str, Any] = {
        "title": "Records that stayed",
        "import_record": import_,
        **undo_detail.left_page(import_, line, pages_of(import_.kind)),
    }
    return render_page(request, "ingestion/undo/left.html", context)
