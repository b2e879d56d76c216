"""The page of a record, and those that make, change and delete one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actor import Actor, Channel
from common.errors import Conflict, Expired, NotFound, PreconditionFailed
from common.pages.render import render_page
from messages_app.editing import Editor
from messages_app.kinds.access import Access, needs
from messages_app.pages import table
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.pages.record import history
from messages_app.presentation.export import json_lines
from messages_app.presentation.record_form import RecordForm
from messages_app.presentation.record_json import all_names
from messages_app.schema import timestamps
from messages_app.schema.imports import known_import
from messages_app.schema.record import Record, moment_of
from messages_app.schema.schema import MESSAGES
from messages_app.schema.validation import Invalid

_AUDIT = "messages_app.view_auditentry"
may_view = needs("view")
may_add = needs("add")
may_change = needs("view", "change")
may_delete = needs("view", "delete")
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@login_required
@may_view
def record(request: HttpRequest, date: str, time: str, kind: str = MESSAGES) -> HttpResponse:
    """A record. A time that several records' times begin with leads to their list."""
    here = pages_of(kind)
    _check_date(date)
    found = here.repository.lookup(date, time, maximum=2)
    if not found:
        return _gone(request, here, date, time)
    if len(found) > 1:
        plain = moment_of(time)
        query = {"date": date, "time_from": plain, "time_to": plain}
        return redirect(f"{here.records}?{urlencode(query)}")
    if found[0].time != time:
        return _show(here, found[0])
    context = {
        "title": here.noun.capitalize(),
        **_shown(here, found[0]),
        **_around(here, found[0]),
        "as_json": next(json_lines(found, all_names(here.schema))).strip(),
        "may": Access(request.user, kind),
        "origin_file": _origin_file(request, found[0]),
        "events": _events(request, here, date, time),
    }
    return render_page(request, "messages_app/record/record.html", context)


@form_page
@never_cache
@login_required
@may_change
def edit(request: HttpRequest, date: str, time: str, kind: str = MESSAGES) -> HttpResponse:
    """Changes are made to the very content that the form was opened with, or not at all."""
    here = pages_of(kind)
    now = _get(here, date, time)
    if now is None:
        return _gone(request, here, date, time)
    if request.method != "POST":
        return _form(request, here, now, RecordForm(here.schema, record=now))
    form = RecordForm(here.schema, request.POST, now)
    if not form.is_valid():
        return _form(request, here, now, form, 400)
    changes = form.changes_of(now)
    if not changes:
        messages.info(request, "The record has these values already. Nothing was changed.")
        return _show(here, now)
    if form.etag != now.etag():
        return _conflict(request, here, now)
    try:
        _editor(request, here).update(now, changes, only_if_same=True)
    except (PreconditionFailed, NotFound):
        return edit(request, date, time, kind=kind)  # it changed since the lines above: look again
    messages.success(request, "The record was changed.")
    return _show(here, now)


@form_page
@never_cache
@login_required
@may_delete
def delete(request: HttpRequest, date: str, time: str, kind: str = MESSAGES) -> HttpResponse:
    """Asks first. Only the content that was shown then is deleted."""
    here = pages_of(kind)
    now = _get(here, date, time)
    if now is None:
        return _gone(request, here, date, time)
    is_changed = request.method == "POST" and request.POST.get("etag") != now.etag()
    if request.method != "POST" or is_changed:
        changed_by = history.last_change(here.kind, now) if is_changed else None
        title = f"Delete a {here.noun}"
        context: dict[str, Any] = {
            "title": title,
            "is_changed": is_changed,
            "changed_by": changed_by,
            "origin_file": _origin_file(request, now),
        }
        status = 409 if is_changed else 200
        shown = {**context, **_shown(here, now)}
        return render_page(request, "messages_app/record/record_delete.html", shown, status)
    try:
        _editor(request, here).delete(now, only_if_same=True)
    except (PreconditionFailed, NotFound):
        return delete(request, date, time, kind=kind)  # it changed meanwhile: look again
    messages.success(request, f"The record {date} {time} was deleted.")
    return redirect(f"{here.records}?{urlencode({'date': date})}")


@form_page
@never_cache
@login_required
@may_add
def new(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """A record that no file brought."""
    here = pages_of(kind)
    form = RecordForm(here.schema, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _new_form(request, here, form, 400 if form.is_bound else 200)
    made = form.new_record
    try:
        is_new = _editor(request, here).insert(made)
    except Conflict as conflict:
        return _new_form(request, here, form, 409, here.record(conflict.existing))
    except Expired as expired:
        form.add_error(here.schema.time_field, f"{str(expired).capitalize()}.")
        return _new_form(request, here, form, 400)
    if is_new:
        messages.success(request, f"The record {made.date} {made.time} was made.")
    else:
        messages.info(request, "An equal record exists already. Nothing was changed.")
    return _show(here, made) if Access(request.user, kind).view else redirect(here.new)


def _get(here: KindPages, date: str, time: str) -> Record | None:
    _check_date(date)
    return here.repository.get(date, time)


def _check_date(date: str) -> None:
    try:
        timestamps.clean_date(date)
    except Invalid as error:
        raise Http404(f"The date {error.detail}.") from error


def _editor(request: HttpRequest, here: KindPages) -> Editor:
    return Editor(here.repository, Actor.from_request(request, Channel.PAGE))


def _show(here: KindPages, shown: Record) -> HttpResponse:
    return redirect(here.record(shown.key))


def _shown(here: KindPages, shown: Record) -> dict[str, Any]:
    """A record for a template."""
    return {
        "here": here,
        "record": table.row(shown, here),
        "key": shown.time,
        "etag": shown.etag(),
        "cells": [table.cell(shown, field) for field in here.schema.fields],
        "edit_url": here.edit(shown.key),
        "delete_url": here.delete(shown.key),
    }


def _around(here: KindPages, shown: Record) -> dict[str, str]:
    """The addresses of the records before and behind one on its day, or ''."""
    before, behind = here.repository.neighbours(shown.key)
    return {
        "previous_url": here.record(before.key) if before else "",
        "next_url": here.record(behind.key) if behind else "",
    }


def _origin_file(request: HttpRequest, shown: Record) -> str:
    """The name of the file that it came from, where that is known to who asks, or ''."""
    origin = shown.import_origin
    if origin is None or not request.user.has_perm("ingestion.view_import"):
        return ""
    known = known_import(origin.import_id)
    return known.file_name if known else ""


def _events(
    request: HttpRequest, here: KindPages, date: str, time: str
) -> list[history.HistoryEvent] | None:
    """The record's history for those who may see it, else None."""
    return history.of_key(here.kind, date, time) if request.user.has_perm(_AUDIT) else None


def _gone(request: HttpRequest, here: KindPages, date: str, time: str) -> HttpResponse:
    context = {
        "title": f"No such {here.noun}",
        "here": here,
        "date": date,
        "time": time,
        "events": _events(request, here, date, time),
    }
    return render_page(request, "messages_app/record/record_gone.html", context, 404)


def _form(
    request: HttpRequest,
    here: KindPages,
    now: Record,
    form: RecordForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"title": f"Edit a {here.noun}", "form": form, **_shown(here, now), **more}
    return render_page(request, "messages_app/record/record_edit.html", context, status)


def _conflict(request: HttpRequest, here: KindPages, now: Record) -> HttpResponse:
    """What was typed beside what is there now. Sent again, it is bound to what is there now."""
    data = request.POST.copy()
    data["etag"] = now.etag()
    schema = here.schema
    form = RecordForm(schema, data, now)
    form.full_clean()
    changes = form.changes_of(now)
    sides = [
        (input_, table.cell(now, schema.by_name[input_.name]), input_.name in changes)
        for input_ in form.inputs
    ]
    changed_by = history.last_change(here.kind, now)
    return _form(request, here, now, form, 409, sides=sides, changed_by=changed_by)


def _new_form(
    request: HttpRequest, here: KindPages, form: RecordForm, status: int, existing_url: str = ""
) -> HttpResponse:
    title = f"New {here.noun}"
    context = {
        "title": title,
        "here": here,
        "may": Access(request.user, here.kind.name),
        "form": form,
        "existing_url": existing_url,
    }
    return render_page(request, "messages_app/record/record_new.html", context, status)
