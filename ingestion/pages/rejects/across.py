"""Open rejects of all imports, by what is wrong with them, and one such group: mended together, or
cured by an option of their format."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actor import Actor, Channel
from common.digits import LARGEST, from_digits
from common.pages.render import render_page
from common.pages.text import counted
from ingestion.formats import audit_log as format_log
from ingestion.models import Import
from ingestion.pages.permissions import may_view
from ingestion.presentation.reject_grid import MORE, is_of_one_column
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.rejects.mending import across, cures
from ingestion.rejects.mending.across import GroupName, RejectGroup
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.editing import CannotMend
from ingestion.running import audit_log
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.access import Access

_SHOWN = 100
_IMPORTS_SHOWN = 10
_LONGEST = 1024


@require_safe
@never_cache
@login_required
@may_view
def groups(request: HttpRequest) -> HttpResponse:
    """The groups, the largest first."""
    found = across.groups()
    rows = [(group, _address(group.name)) for group in found[:_SHOWN]]
    context = {"title": "Rejected rows", "rows": rows, "left_out": max(0, len(found) - _SHOWN)}
    return render_page(request, "ingestion/rejects/groups.html", context | {"days": across.DAYS})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_view
def fault(request: HttpRequest) -> HttpResponse:
    """One group. A POST does something with all of its rows."""
    name = _name(request.GET)
    may_mend = _may_mend(request, name)
    if request.method == "POST":
        if not may_mend:
            raise PermissionDenied
        return _post(request, name)
    group = across.group(name)
    samples = across.samples(group) if group else []
    first = group.imports[0] if group else None
    context = {
        "title": "Rejected rows",
        "group": group,
        "name": name,
        "samples": samples[:_IMPORTS_SHOWN],
        "imports": group.imports[:_IMPORTS_SHOWN] if group else [],
        "has_column": first is not None and is_of_one_column(first, name.fault.column),
        "cures": cures.cures(group, samples) if group and _may_cure(request) and may_mend else [],
        "may_mend": may_mend,
        "ready": across.count_ready(name.kind, name.format_id),
    }
    return render_page(request, "ingestion/rejects/fault.html", context)


def _post(request: HttpRequest, name: GroupName) -> HttpResponse:
    try:
        sentence = _done(request, name)
    except (CannotMend, BadFormat) as error:
        messages.warning(request, str(error))
    except FileError as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, sentence)
    return redirect(_address(name))


def _done(request: HttpRequest, name: GroupName) -> str:
    data, user = request.POST, request.user
    action = data.get("do", "")
    if action == "load":
        return _loaded(request, name)
    group = across.group(name)
    if group is None:
        raise CannotMend("nothing_open", "No open row has this fault any more.")
    if action == "cure":
        return _cured(request, group)
    if action == "let_go":
        outcome, what = across.let_go(group, user), audit_log.REJECTS_LET_GO
        sentence = f"{counted(outcome.changed, 'row')} let go."
    else:
        old = None if action == "fill" else data.get("old", "")
        outcome = across.replace(group, old, data.get("new", ""), user)
        what = audit_log.REJECTS_MENDED
        sentence = f"{counted(outcome.changed, 'row')} changed, {outcome.ready:,} of them ready."
    for import_ in group.imports:
        audit_log.log(Actor.from_request(request, Channel.PAGE), what, import_, together=True)
    return sentence + ("" if outcome.is_whole else MORE)


def _loaded(request: HttpRequest, name: GroupName) -> str:
    children = across.load_ready(name.kind, name.format_id, request.user, CeleryQueue().plan)
    _log_children(request, children)
    if not children:
        raise CannotMend("nothing_to_load", "No row is ready to be loaded: mend one first.")
    return f"The mended rows are being loaded by {counted(len(children), 'import')}."


def _cured(request: HttpRequest, group: RejectGroup) -> str:
    if not _may_cure(request):
        raise PermissionDenied
    key = request.POST.get("cure", "")
    version, children, rows = cures.apply(group, key, request.user, CeleryQueue().plan)
    actor = Actor.from_request(request, Channel.PAGE)
    format_log.log(actor, format_log.CHANGED, version.format, rejects=rows)
    _log_children(request, children)
    return (
        f"{version.format.name} now has version {version.number}, and {counted(rows, 'row')} of"
        f" {counted(len(children), 'import')} are read again by it."
    )


def _log_children(request: HttpRequest, children: list[Import]) -> None:
    actor = Actor.from_request(request, Channel.PAGE)
    for child in children:
        if child.parent is not None:
            audit_log.log(actor, audit_log.REJECTS_LOADED, child.parent, child=str(child.pk))


def _name(data: QueryDict) -> GroupName:
    """What an address names. Raises Http404."""
    texts = [data.get(name, "") for name in ("kind", "code", "column")]
    format_ = data.get("format", "")
    pk = from_digits(format_, LARGEST)
    if (format_ and pk is None) or any(len(text) > _LONGEST or "\0" in text for text in texts):
        raise Http404("This group of rejected rows does not exist.")
    kind, code, column = texts
    return GroupName(kind, pk, FaultName(code, column))


def _address(name: GroupName) -> str:
    query = {
        "kind": name.kind,
        "format": name.format_id or "",
        "code": name.fault.code,
        "column": name.fault.column,
    }
    return f"{reverse('rejects-fault')}?{urlencode(query)}"


def _may_mend(request: HttpRequest, name: GroupName) -> bool:
    may_change = request.user.has_perm("ingestion.change_import")
    return may_change and Access(request.user, name.kind).add


def _may_cure(request: HttpRequest) -> Any:
    return request.user.has_perm("ingestion.change_format")
