"""For how long records of a kind are kept: asked for on a page of its own, for a shorter time means
that records are deleted."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from audit.actor import Actor, Channel
from common.pages.render import render_page
from common.pages.text import counted
from messages_app.kinds.access import check_access
from messages_app.kinds.expiring import setting
from messages_app.kinds.record_kind import RecordKind
from messages_app.models import Retention
from messages_app.pages.kind_pages import pages_of
from messages_app.pages.kinds.views import form_page, may_change
from messages_app.schema.definition import BadDefinition
from messages_app.store import day_index
from messages_app.store.expiring.moments import MAX_DAYS, first_kept


@dataclass(frozen=True, slots=True)
class Loss:
    """What a shorter time hides and deletes: so many records on so many days before a date."""

    records: int
    days: int
    before: str


@form_page
@never_cache
@login_required
@may_change
def retention(request: HttpRequest, name: str) -> HttpResponse:
    """What would be deleted is told, and done when it is confirmed."""
    kind = pages_of(name).kind
    check_access(request.user, name, "delete")
    if request.method != "POST":
        return _form(request, kind, {"days": kind.retention_days or ""})
    text = request.POST.get("days", "").strip()
    try:
        days = setting.read(text)
    except BadDefinition as error:
        return _form(request, kind, {"days": text, "faults": error.faults[setting.MEMBER]}, 400)
    loss = _loss(kind, days)
    if loss is not None and "confirm" not in request.POST:
        return _form(request, kind, {"days": text, "loss": loss})
    setting.keep(kind, days, Actor.from_request(request, Channel.PAGE))
    kept = f"for {counted(days, 'day')}" if days else "for ever"
    messages.success(request, f"Records of {name} are kept {kept} now.")
    return redirect("kind", name)


def _loss(kind: RecordKind, days: int | None) -> Loss | None:
    if days is None:
        return None
    first = first_kept(days)
    lost = day_index.shown().filter(kind=kind.name, date__lt=first, count__gt=0)
    records = lost.aggregate(sum=Sum("count", default=0))["sum"]
    return Loss(records, lost.count(), first) if records else None


def _form(
    request: HttpRequest, kind: RecordKind, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    row = Retention.objects.filter(kind=kind.name).first()
    title = f"How long records of {kind.label} are kept"
    more = {"title": title, "kind": kind, "row": row, "max": MAX_DAYS}
    page = "messages_app/kinds/retention.html"
    return render_page(request, page, {**more, **context}, status)
