"""Kinds for those who look after them: a list, each with its fields and versions, and their making,
change, copy and deletion; as JSON they go from one Sluice to another."""

from collections.abc import Callable, Mapping
from typing import Any

import simplejson
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actor import Actor, Channel
from common.pages.render import render_page
from common.rest.exact_json import ExactJSONRenderer
from messages_app.kinds import making, registry
from messages_app.kinds.access import Access, viewable
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.models import KindVersion
from messages_app.pages.kind_pages import KindPages
from messages_app.pages.kinds.form import KindForm, empty_form
from messages_app.presentation.kinds import kind_or_404
from messages_app.schema.definition import BadDefinition
from messages_app.store import day_index
from messages_app.store.partitions import spread

_LISTED = 100
_MAX_JSON = 200_000
may_view = permission_required("messages_app.view_kind", raise_exception=True)
may_add = permission_required("messages_app.add_kind", raise_exception=True)
may_change = permission_required("messages_app.change_kind", raise_exception=True)
may_delete = permission_required("messages_app.delete_kind", raise_exception=True)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@login_required
@may_view
def kinds(request: HttpRequest) -> HttpResponse:
    """All kinds, the built-in one first."""
    after = request.GET.get("after", "")
    found = registry.listed(after, _LISTED + 1)
    shown = found[:_LISTED] if after else [BUILTIN, *found[:_LISTED]]
    days = day_index.shown().filter(kind__in=[one.name for one in shown]).values("kind")
    counts = dict(days.annotate(sum=Sum("count")).values_list("kind", "sum"))
    seen = viewable(request.user, [one.name for one in shown])
    context = {
        "title": "Kinds",
        "kinds": [
            (one, KindPages(one), counts.get(one.name, 0), one.name in seen) for one in shown
        ],
        "next": found[_LISTED - 1].name if len(found) > _LISTED else "",
    }
    return render_page(request, "messages_app/kinds/kinds.html", context)


@require_safe
@never_cache
@login_required
@may_view
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """Its fields, and who made which version."""
    found = kind_or_404(name)
    versions = KindVersion.objects.filter(kind__name=name)[:_LISTED]
    fields = zip(found.schema.fields, found.as_json()["fields"], strict=True)
    context = {
        "title": found.label,
        "kind": found,
        "here": KindPages(found),
        "may": Access(request.user, name),
        "fields": [(one, _rules(data["rules"])) for one, data in fields],
        "versions": versions,
        "partitioning": spread.partitioning_of(name),
    }
    return render_page(request, "messages_app/kinds/kind.html", context)


@require_safe
@login_required
@may_view
def export(_: HttpRequest, name: str) -> HttpResponse:
    """The kind as a file, to be made in another Sluice."""
    data = kind_or_404(name).as_json()
    text = ExactJSONRenderer().render(data, "application/json; indent=2")
    headers = {"Content-Disposition": f'attachment; filename="kind-{data["name"]}.json"'}
    return HttpResponse(text, "application/json", headers=headers)


@form_page
@never_cache
@login_required
@may_add
def new(request: HttpRequest) -> HttpResponse:
    """A new kind, or one that begins as a copy."""
    if request.method != "POST":
        copied = request.GET.get("copy", "")
        form = KindForm.from_json({**kind_or_404(copied).as_json(), "name": ""}) if copied else None
        return _form(request, form or empty_form())
    return _saved(request, lambda data: making.make(data, _actor(request)))


@form_page
@never_cache
@login_required
@may_change
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """A change makes the next version."""
    found = kind_or_404(name)
    if request.method != "POST":
        return _form(request, KindForm.from_json(found.as_json()), found)
    return _saved(request, lambda data: making.change(found, data, _actor(request)), found)


@form_page
@never_cache
@login_required
@may_add
def import_json(request: HttpRequest) -> HttpResponse:
    """A kind from the JSON that another Sluice wrote."""
    text, faults = request.POST.get("json", ""), []
    if request.method == "POST":
        try:
            made = making.make(_read(text), _actor(request))
        except (BadDefinition, making.KindRefused, ValueError) as error:
            faults = [str(error)]
        else:
            messages.success(request, f"The kind {made.name} was made.")
            return redirect("kind", made.name)
    context = {"title": "Kind from JSON", "json": text, "faults": faults}
    return render_page(
        request, "messages_app/kinds/import_json.html", context, 400 if faults else 200
    )


@form_page
@never_cache
@login_required
@may_delete
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Asks first."""
    found = kind_or_404(name)
    if request.method == "POST":
        try:
            making.delete(found, _actor(request))
        except making.KindRefused as refused:
            messages.error(request, str(refused))
            return redirect("kind", name)
        messages.success(request, f"The kind {name} was deleted.")
        return redirect("kinds")
    context = {"title": f"Delete {found.label}", "kind": found}
    return render_page(request, "messages_app/kinds/delete.html", context)


def _saved(
    request: HttpRequest,
    save: Callable[[dict[str, Any]], RecordKind],
    found: RecordKind | None = None,
) -> HttpResponse:
    form = KindForm.from_post(request.POST)
    if "more" in request.POST:
        form.add_rows()
        return _form(request, form, found)
    if found is not None:
        form.name = found.name
    try:
        made = save(form.definition())
    except BadDefinition as error:
        form.faults = error.faults
        return _form(request, form, found, 400)
    except making.KindRefused as refused:
        form.faults = {"the kind": [str(refused).rstrip(".")]}
        return _form(request, form, found, 409)
    messages.success(request, f"The kind {made.name} was saved as version {made.version}.")
    return redirect("kind", made.name)


def _form(
    request: HttpRequest, form: KindForm, found: RecordKind | None = None, status: int = 200
) -> HttpResponse:
    title = f"Edit {found.label}" if found else "New kind of record"
    context = {"title": title, "form": form, "kind": found}
    return render_page(request, "messages_app/kinds/kind_edit.html", context, status)


def _read(text: str) -> Mapping[str, Any]:
    """The JSON object that was pasted. Raises ValueError."""
    if len(text) > _MAX_JSON:
        raise ValueError("This is too long to be a kind.")
    try:
        data = simplejson.loads(text, use_decimal=True)
    except (ValueError, RecursionError):
        raise ValueError(
            "This is not JSON. Paste the text of a file that the button JSON on the page of a"
            " kind gave."
        ) from None
    return data if isinstance(data, dict) else {}


def _rules(rules: Mapping[str, Any]) -> str:
    shown = {name: ", ".join(one) if isinstance(one, list) else one for name, one in rules.items()}
    return "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in shown.items())


def _actor(request: HttpRequest) -> Actor:
    return Actor.from_request(request, Channel.PAGE)
