"""How often the devices of a kind are to be heard of: asked for on a page of its own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from audit.actor import Actor, Channel
from common.pages.render import render_page
from messages_app.kinds import reporting as setting
from messages_app.kinds.record_kind import RecordKind
from messages_app.pages.kind_pages import pages_of
from messages_app.pages.kinds.views import form_page, may_change
from messages_app.schema.definition import BadDefinition
from silence import reporting


@form_page
@never_cache
@login_required
@may_change
def devices(request: HttpRequest, name: str) -> HttpResponse:
    """Kept when it is sent; without an interval that of each device is learned."""
    kind = pages_of(name).kind
    if request.method != "POST":
        current = reporting.of_kind(name)
        return _form(
            request, kind, {"minutes": current.minutes or "", "field": current.device_field}
        )
    minutes = request.POST.get("minutes", "").strip()
    field = request.POST.get("field", "")
    try:
        current = setting.read(minutes, field, kind.schema)
    except BadDefinition as error:
        return _form(
            request, kind, {"minutes": minutes, "field": field, "faults": error.faults}, 400
        )
    setting.keep(name, current, Actor.from_request(request, Channel.PAGE))
    messages.success(request, f"The settings of the devices of {name} were saved.")
    return redirect("kind", name)


def _form(
    request: HttpRequest, kind: RecordKind, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    schema = kind.schema
    more = {
        "title": f"Devices of {kind.label}",
        "kind": kind,
        "choices": [schema.by_name[name] for name in setting.choices(schema)],
        "identity": [schema.by_name[name].label for name in schema.identity],
    }
    page = "messages_app/kinds/devices.html"
    return render_page(request, page, {**more, **context}, status)
