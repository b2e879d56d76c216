"""The formats that there are, and each with its versions and a trial on a sample."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.actor import FORMAT_KIND, Actor, Channel
from audit.models import AuditEntry
from common.digits import LARGEST, from_digits
from common.pages.render import render_page
from ingestion.formats import audit_log, versions
from ingestion.formats.kinds import schema_of
from ingestion.formats.models import Format
from ingestion.models import Import
from ingestion.pages.formats.edit_form import format_form_context, options_sent
from ingestion.pages.formats.trial import trial_context
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.uploads.sample_upload import keep_sample
from messages_app.schema.schema import MESSAGES

_MAX_LISTED = 1000
_IMPORTS_SHOWN = 20
_CHANGES_SHOWN = 50
may_view = permission_required("ingestion.view_format", raise_exception=True)
may_add = permission_required("ingestion.add_format", raise_exception=True)
may_change = permission_required("ingestion.change_format", raise_exception=True)
may_delete = permission_required("ingestion.delete_format", raise_exception=True)


@require_safe
@never_cache
@login_required
@may_view
def formats_page(request: HttpRequest) -> HttpResponse:
    found = Format.objects.filter(is_retired=False)[:_MAX_LISTED]
    context = {"title": "Formats", "formats": found}
    return render_page(request, "ingestion/formats/formats.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_add
def new_format(request: HttpRequest) -> HttpResponse:
    """A format from JSON: one that was exported, or a copy of one that there is."""
    if request.method == "POST":
        return _make(request)
    copied = from_digits(request.GET.get("copy", ""), LARGEST)
    options: dict[str, Any] = {}
    if copied is not None:
        options = get_object_or_404(Format, pk=copied).current.options
    text = json.dumps(options, indent=2, ensure_ascii=False) if options else ""
    return _form(request, "New format", {"text": text})


def _make(request: HttpRequest) -> HttpResponse:
    text, name = request.POST.get("text", ""), request.POST.get("name", "")
    try:
        options = _options(text)
        name = name or str(options.get("name", ""))
        definition = definition_from_json(_only_options(options))
        made = versions.create(name, MESSAGES, definition, schema_of(MESSAGES), request.user)
    except BadFormat as error:
        return _form(request, "New format", {"text": text, "name": name, "faults": error.faults})
    audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.CREATED, made)
    messages.success(request, f"The format {made.name} was made.")
    return redirect("format", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_change
def edit_format(request: HttpRequest, pk: int) -> HttpResponse:
    """A change is the format's next version."""
    format_ = get_object_or_404(Format, pk=pk, is_retired=False)
    schema = schema_of(format_.kind)
    if request.method != "POST":
        return _edit(request, format_, format_.name, format_.current.options)
    name = request.POST.get("name", "")
    options = options_sent(request.POST, format_.current.options, schema)
    try:
        definition = definition_from_json(options)
        is_new = versions.change(format_, name, definition, schema, request.user)
    except BadFormat as error:
        return _edit(request, format_, name, options, error.faults)
    if is_new:
        audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.CHANGED, format_)
        messages.success(
            request, "The next version was saved. Files that arrive from now on are read by it."
        )
    return redirect("format", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # as in the upload: first the handler, then the body
@never_cache
@login_required
@may_view
def format_page(request: HttpRequest, pk: int) -> HttpResponse:
    """With POST the format is tried on the pasted ``sample``, or on the beginning of a ``file``."""
    keep_sample(request)
    return _format_page(request, pk)


@csrf_protect
def _format_page(request: HttpRequest, pk: int) -> HttpResponse:
    format_ = get_object_or_404(Format, pk=pk)
    current = format_.current
    counted = format_.versions.select_related("created_by").annotate(import_count=Count("imports"))
    entries = AuditEntry.objects.filter(kind=FORMAT_KIND, target=str(pk))
    context = {
        "title": format_.name,
        "format": format_,
        "text": json.dumps(current.options, indent=2, ensure_ascii=False),
        "versions": counted.order_by("-number"),
        "imports": Import.objects.filter(format_version__format=format_)[:_IMPORTS_SHOWN],
        "changes": entries[:_CHANGES_SHOWN],
    }
    if request.method == "POST":
        context |= trial_context(format_, request)
    return render_page(request, "ingestion/formats/format.html", context)


@require_safe
@login_required
@may_view
def export_format(_: HttpRequest, pk: int) -> HttpResponse:
    """The format as JSON, for another server."""
    format_ = get_object_or_404(Format, pk=pk)
    data = {"name": format_.name, "kind": format_.kind, **format_.current.options}
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="format-{pk}.json"'
    return response


@require_POST
@login_required
@may_delete
def delete_format(request: HttpRequest, pk: int) -> HttpResponse:
    format_ = get_object_or_404(Format, pk=pk, is_retired=False)
    versions.retire(format_)
    audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.DELETED, format_)
    messages.success(
        request, f"The format {format_.name} was deleted: it recognises no more files."
    )
    return redirect("formats")


def _edit(
    request: HttpRequest,
    format_: Format,
    name: str,
    options: dict[str, Any],
    faults: dict[str, str] | None = None,
) -> HttpResponse:
    context = {
        "title": "Change the format",
        "format": format_,
        "name": name,
        "faults": faults,
        **format_form_context(options, schema_of(format_.kind)),
    }
    return render_page(
        request, "ingestion/formats/format_edit.html", context, 400 if faults else 200
    )


def _form(request: HttpRequest, title: str, context: dict[str, Any]) -> HttpResponse:
    status = 400 if context.get("faults") else 200
    page = {"title": title, **context}
    return render_page(request, "ingestion/formats/format_form.html", page, status)


def _options(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFormat({"": "This is not JSON."}) from None
    if not isinstance(data, dict):
        raise BadFormat({"": "This is not a JSON object."})
    return data


def _only_options(data: dict[str, Any]) -> dict[str, Any]:
    """Without what an export has besides."""
    besides = ("name", "kind", "id", "version", "created_at", "changed_at")
    return {name: value for name, value in data.items() if name not in besides}
