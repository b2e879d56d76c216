"""The overview: what needs attention, whether the parts are healthy, what came in lately."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.pages.render import render_page
from ingestion.models import Import
from ingestion.pages.forms import UploadForm
from ingestion.pages.home import attention, recent_rows
from ingestion.pages.permissions import may_view
from ingestion.pages.uploads.views import upload_context
from ingestion.presentation.import_detail import any_running
from ingestion.running import health

_LATEST = 8


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """As much of it as the user may see."""
    context: dict[str, Any] = {"title": "Overview"}
    if request.user.has_perm("ingestion.view_import"):
        context |= {**_imports(), **_arrivals(), **_state(request)}
    if request.user.has_perm("ingestion.add_import"):
        context |= upload_context(UploadForm())
    return render_page(request, "ingestion/home/home.html", context)


@require_safe
@never_cache
@login_required
@may_view
def home_imports(request: HttpRequest) -> HttpResponse:
    """The latest imports alone, which ask for themselves while one of them runs."""
    return render(request, "ingestion/imports/_imports_table.html", _imports())


@require_safe
@never_cache
@login_required
@may_view
def home_state(request: HttpRequest) -> HttpResponse:
    """Attention and health alone, which ask for themselves."""
    return render(request, "ingestion/home/_home_state.html", _state(request))


def _imports() -> dict[str, Any]:
    latest = list(Import.objects.defer("layout").order_by("-created_at", "-pk")[:_LATEST])
    return {"imports": latest, "rows_url": "home-imports", "is_live": any_running(latest)}


def _arrivals() -> dict[str, Any]:
    days = recent_rows.latest(_today())
    return {
        "arrivals": days,
        "has_arrivals": any(day.files for day in days),
        "has_outdated": any(day.outdated for day in days),
    }


def _state(request: HttpRequest) -> dict[str, Any]:
    checks = [*health.services(), *health.processes()]
    matters = attention.matters(request.user, _today(), checks, health.dead_letters_waiting())
    return {"checks": checks, "matters": matters, "attention_days": attention.DAYS}


def _today() -> date:
    return datetime.now(UTC).date()
