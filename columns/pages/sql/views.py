"""The page on which people ask in SQL, save what they asked, and share it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import simplejson
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.actor import Actor, Channel
from columns import rows
from columns.asking.sql.checking import LONGEST
from columns.asking.sql.process import NotRun
from columns.asking.sql.running import Busy, Result, run
from columns.downloads import BUSY, result_response
from columns.engine import NOT_NOW
from columns.models import Statement
from columns.pages.sql.chart import HEIGHT, WIDTH, chart_of
from common.digits import LARGEST, from_digits
from common.pages.render import render_page
from common.pages.text import shortened
from messages_app.kinds import registry
from messages_app.kinds.access import viewable
from messages_app.pages import saved

SHOWN = 1_000
_FILES = ("csv", "parquet")
_EXAMPLE = """SELECT location, count(*) AS records, max(remote_avg) AS worst
FROM messages
WHERE _date >= '2019-05-20'
GROUP BY location
ORDER BY worst DESC"""
_may_run = permission_required("columns.run_statement", raise_exception=True)


def _if_on(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Where SQL is off there is no page."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.COLUMNS_SQL:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@_may_run
@_if_on
def sql(request: HttpRequest) -> HttpResponseBase:
    """A statement and its result; a POST runs it, gives it as a file, or saves it."""
    if request.method != "POST":
        return _page(request, _opened(request))
    text = request.POST.get("sql", "").replace("\r\n", "\n")
    do = request.POST.get("do", "")
    if do == "save":
        return _save(request, text)
    return _run(request, text, do if do in _FILES else "json")


@require_POST
@login_required
@_may_run
@_if_on
def change_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Share a saved statement of the user's own, or delete it."""
    statement = get_object_or_404(Statement, pk=pk, owner=request.user)
    saved.change(request, statement, "statement")
    return redirect("sql")


def _opened(request: HttpRequest) -> str:
    """The text of the saved statement that the address names."""
    pk = from_digits(request.GET.get("statement", ""), LARGEST)
    if pk is None:
        return _EXAMPLE
    seen = Statement.objects.filter(Q(owner=request.user) | Q(is_shared=True))
    return get_object_or_404(seen, pk=pk).text


def _run(request: HttpRequest, text: str, format_: str) -> HttpResponseBase:
    try:
        result = run(Actor.from_request(request, Channel.PAGE), text, format_, SHOWN)
    except NotRun as error:
        return _page(request, text, {"fault": str(error)}, 400)
    except Busy:
        return _page(request, text, {"fault": BUSY}, 503)
    except OSError:
        return _page(request, text, {"fault": NOT_NOW}, 503)
    if format_ in _FILES:
        return result_response(result, format_)
    return _page(request, text, _shown(result))


def _shown(result: Result) -> dict[str, Any]:
    with result.file as file:
        found = simplejson.loads(file.read(), use_decimal=True)
    columns = found["columns"]
    numeric = [_is_numeric(one["type"]) for one in columns]
    shown = [
        [(_text(cell), is_number) for cell, is_number in zip(row, numeric, strict=True)]
        for row in found["rows"]
    ]
    return {
        "answer": result,
        "columns": list(zip([one["name"] for one in columns], numeric, strict=True)),
        "rows": shown,
        "more": found["more"],
        "series": chart_of(columns, found["rows"]),
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
    }


def _is_numeric(type_: str) -> bool:
    return type_.startswith(("DOUBLE", "FLOAT", "DECIMAL", "INTEGER")) or type_.endswith("INT")


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, list | dict):
        return shortened(simplejson.dumps(cell, use_decimal=True, ensure_ascii=False))
    return shortened(str(cell))


def _page(
    request: HttpRequest, text: str, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    names = viewable(user, [name for name, _ in registry.labels()])
    tables = [
        (name, [*rows.types(kind.schema)]) for name, kind in sorted(registry.named(names).items())
    ]
    context = {
        "title": "SQL",
        "text": text,
        "longest": LONGEST,
        "tables": tables,
        "own": Statement.objects.filter(owner=user),
        "shared": saved.of_others(Statement.objects.all(), user),
        "shown_at_most": SHOWN,
    }
    return render_page(request, "columns/sql/sql.html", context | (more or {}), status)


def _save(request: HttpRequest, text: str) -> HttpResponse:
    user: Any = request.user
    name = request.POST.get("name", "").strip()
    if fault := _fault(name, text):
        return _page(request, text, {"save_fault": fault, "name": name}, 400)
    try:
        with transaction.atomic():
            made = Statement.objects.create(owner=user, name=name, text=text)
    except IntegrityError:
        fault = saved.name_taken(name, "statement")
        return _page(request, text, {"save_fault": fault, "name": name}, 400)
    messages.success(request, f"The statement “{name}” was saved.")
    return redirect(f"{reverse('sql')}?statement={made.pk}")


def _fault(name: str, text: str) -> str:
    if fault := saved.fault_of(name, "statement"):
        return fault
    if not text.strip() or len(text) > LONGEST:
        return f"The statement must have 1 to {LONGEST:,} characters."
    return ""
