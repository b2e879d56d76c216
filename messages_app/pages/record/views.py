"""The page of a record, and those that make, change and delete one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actor import Actor, Channel
from common.errors import Conflict, NotFound, PreconditionFailed
from common.pages.render import render_page
from messages_app.editing import Editor
from messages_app.pages import table
from messages_app.pages.record import history
from messages_app.pages.record.forms import RecordForm
from messages_app.schema import timestamps
from messages_app.schema.record import Message, moment_of
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid
from messages_app.store.repository import message_repository

_VIEW = "messages_app.view_message"
_AUDIT = "messages_app.view_auditentry"
may_view = permission_required(_VIEW, raise_exception=True)
may_add = permission_required("messages_app.add_message", raise_exception=True)
may_change = permission_required((_VIEW, "messages_app.change_message"), raise_exception=True)
may_delete = permission_required((_VIEW, "messages_app.delete_message"), raise_exception=True)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@login_required
@may_view
def record(request: HttpRequest, date: str, time: str) -> HttpResponse:
    """A record. A time that several records' times begin with leads to their list."""
    _check_date(date)
    found = message_repository().lookup(date, time, maximum=2)
    if not found:
        return _gone(request, date, time)
    if len(found) > 1:
        plain = moment_of(time)
        query = {"date": date, "time_from": plain, "time_to": plain}
        return redirect(f"{reverse('messages')}?{urlencode(query)}")
    if found[0].time != time:
        return _show(found[0])
    context = {
        "title": "Message",
        **_shown(found[0]),
        "events": _events(request, date, time),
    }
    return render_page(request, "messages_app/record/record.html", context)


@form_page
@never_cache
@login_required
@may_change
def edit(request: HttpRequest, date: str, time: str) -> HttpResponse:
    """Changes are made to the very content that the form was opened with, or not at all."""
    now = _get(date, time)
    if now is None:
        return _gone(request, date, time)
    if request.method != "POST":
        return _form(request, now, RecordForm(_schema(), record=now))
    form = RecordForm(_schema(), request.POST, now)
    if not form.is_valid():
        return _form(request, now, form, 400)
    changes = form.changes_of(now)
    if not changes:
        messages.info(request, "The record has these values already; nothing was changed.")
        return _show(now)
    if form.etag != now.etag():
        return _conflict(request, now)
    try:
        _editor(request).update(now, changes, only_if_same=True)
    except (PreconditionFailed, NotFound):
        return edit(request, date, time)  # it changed since the lines above: look again
    messages.success(request, "The record was changed.")
    return _show(now)


@form_page
@never_cache
@login_required
@may_delete
def delete(request: HttpRequest, date: str, time: str) -> HttpResponse:
    """Asks first. Only the content that was shown then is deleted."""
    now = _get(date, time)
    if now is None:
        return _gone(request, date, time)
    is_changed = request.method == "POST" and request.POST.get("etag") != now.etag()
    if request.method != "POST" or is_changed:
        changed_by = history.last_change(_schema(), now) if is_changed else None
        context = {"title": "Delete a message", "is_changed": is_changed, "changed_by": changed_by}
        status = 409 if is_changed else 200
        return render_page(
            request, "messages_app/record/record_delete.html", {**context, **_shown(now)}, status
        )
    try:
        _editor(request).delete(now, only_if_same=True)
    except (PreconditionFailed, NotFound):
        return delete(request, date, time)  # it changed since the lines above: look again
    messages.success(request, f"The record {date} {time} was deleted.")
    return redirect(f"{reverse('messages')}?{urlencode({'date': date})}")


@form_page
@never_cache
@login_required
@may_add
def new(request: HttpRequest) -> HttpResponse:
    """A record that no file brought."""
    form = RecordForm(_schema(), request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _new_form(request, form, 400 if form.is_bound else 200)
    made = form.new_record
    try:
        is_new = _editor(request).insert(made)
    except Conflict as conflict:
        return _new_form(request, form, 409, existing=conflict.existing)
    if is_new:
        messages.success(request, f"The record {made.date} {made.time} was made.")
    else:
        messages.info(request, "The very same record is there already; nothing was changed.")
    return _show(made) if request.user.has_perm(_VIEW) else redirect("message-new")


def _schema() -> Schema:
    return message_repository().schema


def _get(date: str, time: str) -> Message | None:
    _check_date(date)
    return message_repository().get(date, time)


def _check_date(date: str) -> None:
    try:
        timestamps.clean_date(date)
    except Invalid as error:
        raise Http404(f"The date {error.detail}.") from error


def _editor(request: HttpRequest) -> Editor:
    return Editor(message_repository(), Actor.from_request(request, Channel.PAGE))


def _show(shown: Message) -> HttpResponse:
    return redirect("message", *shown.key)


def _shown(shown: Message) -> dict[str, Any]:
    """A record for a template."""
    return {
        "record": table.row(shown, _schema()),
        "key": shown.time,
        "etag": shown.etag(),
        "cells": [table.cell(shown, field) for field in _schema().fields],
    }


def _events(request: HttpRequest, date: str, time: str) -> list[history.HistoryEvent] | None:
    """The record's history for those who may see it, else None."""
    return history.of_key(_schema(), date, time) if request.user.has_perm(_AUDIT) else None


def _gone(request: HttpRequest, date: str, time: str) -> HttpResponse:
    context = {
        "title": "No such message",
        "date": date,
        "time": time,
        "events": _events(request, date, time),
    }
    return render_page(request, "messages_app/record/record_gone.html", context, 404)


def _form(
    request: HttpRequest, now: Message, form: RecordForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"title": "Edit a message", "form": form, **_shown(now), **more}
    return render_page(request, "messages_app/record/record_edit.html", context, status)


def _conflict(request: HttpRequest, now: Message) -> HttpResponse:
    """What was typed beside what is there now. Sent again, it is bound to what is there now."""
    data = request.POST.copy()
    data["etag"] = now.etag()
    schema = _schema()
    form = RecordForm(schema, data, now)
    form.full_clean()
    changes = form.changes_of(now)
    sides = [
        (input_, table.cell(now, schema.by_name[input_.name]), input_.name in changes)
        for input_ in form.inputs
    ]
    changed_by = history.last_change(schema, now)
    return _form(request, now, form, 409, sides=sides, changed_by=changed_by)


def _new_form(
    request: HttpRequest, form: RecordForm, status: int, existing: tuple[str, str] | None = None
) -> HttpResponse:
    context = {"title": "New message", "form": form, "existing": existing}
    return render_page(request, "messages_app/record/record_new.html", context, status)
