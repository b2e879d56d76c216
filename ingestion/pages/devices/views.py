"""The devices that were heard of, and what is set of each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actor import Actor, Channel
from common.errors import BadCursor
from common.pages.render import render_page
from common.paging import cursor as cursors
from ingestion.pages import links
from ingestion.pages.devices.forms import DeviceFilterForm, DeviceForm
from ingestion.presentation.devices import rows_of, standstill
from messages_app.kinds.access import check_access, hidden_kinds
from silence import changing, listing
from silence.listing import Wanted
from silence.models import Device

_PAGE_SIZE = 50
may_view = permission_required("silence.view_device", raise_exception=True)
may_change = permission_required("silence.change_device", raise_exception=True)


@require_safe
@never_cache
@login_required
@may_view
def devices(request: HttpRequest) -> HttpResponse:
    """Of the kinds whose records the user may see. ``after`` is where a page begins."""
    form = DeviceFilterForm(request.GET)
    context: dict[str, Any] = {"title": "Devices", "form": form, **links.states(form, request.GET)}
    if not form.is_valid():
        return render_page(request, "ingestion/devices/devices.html", context, 400)
    data = form.cleaned_data
    hidden = hidden_kinds(request.user)
    order = data["order"] or "name"
    wanted = Wanted(data["kind"], data["state"], data["search"], order, hidden)
    identity = ["page", *(data[name] for name in ("kind", "state", "search", "order"))]
    found, position = listing.page(wanted, _after(request, identity), _PAGE_SIZE)
    after = cursors.write(position, identity) if position else ""
    context |= {
        "rows": rows_of(found),
        "is_filtered": any(data.values()),
        "standstill": standstill(),
        "first_url": links.link(request.GET) if request.GET.get("after") else "",
        "next_url": links.link(request.GET, after=after) if after else "",
    }
    return render_page(request, "ingestion/devices/devices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_change
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """How often it is to be heard of, and whether it is ignored."""
    found = get_object_or_404(Device, pk=pk)
    check_access(request.user, found.kind, "view")
    known = {"report_minutes": found.report_minutes, "is_ignored": found.is_ignored}
    form = DeviceForm(request.POST) if request.method == "POST" else DeviceForm(initial=known)
    if request.method == "POST" and form.is_valid():
        changing.change(found, form.changes, Actor.from_request(request, Channel.PAGE))
        messages.success(request, f"The settings of {found.label} were saved.")
        return redirect("devices")
    [row] = rows_of([found])
    context = {"title": "Device", "row": row, "form": form}
    status = 400 if form.errors else 200
    return render_page(request, "ingestion/devices/device.html", context, status)


def _after(request: HttpRequest, identity: list[Any]) -> list[Any] | None:
    cursor = request.GET.get("after")
    if not cursor:
        return None
    try:
        return cursors.read(cursor, identity)
    except BadCursor:
        raise Http404("This page of devices does not exist.") from None
