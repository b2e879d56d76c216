"""The overview: what needs attention, whether the parts are healthy, what came in lately."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.actor import IMPORT_KIND, Actor, Channel
from common.pages.render import render_page
from common.pages.text import counted
from ingestion.aws.object_keys import DEMO_PREFIX
from ingestion.models import Import
from ingestion.pages.forms import UploadForm
from ingestion.pages.home import attention, recent_rows
from ingestion.pages.permissions import may_change, may_view
from ingestion.pages.uploads.views import upload_context
from ingestion.presentation.import_detail import any_running
from ingestion.running import health
from ingestion.running.audit_log import SETTLED

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


@require_POST
@login_required
@may_change
def settle(request: HttpRequest) -> HttpResponse:
    """Nothing of a matter (POST ``matter``) needs attention any more, as far as the page that was
    made at POST ``until`` showed it."""
    name, until = request.POST.get("matter", ""), parse_datetime(request.POST.get("until", ""))
    if until is None:
        raise Http404("This time does not exist.")
    try:
        count = attention.settle(name, _today(), until)
    except KeyError:
        raise Http404("This item does not exist.") from None
    Actor.from_request(request, Channel.PAGE).log(SETTLED, IMPORT_KIND, name, imports=count)
    imports = counted(count, "import")
    messages.success(
        request, f"Dismissed for everybody: {imports}. The list of imports still has them."
    )
    return redirect("home")


@require_safe
@never_cache
@login_required
@may_view
def home_arrivals(request: HttpRequest) -> HttpResponse:
    """What came in lately, which asks for itself."""
    return render(request, "ingestion/home/_arrivals.html", _arrivals())


def _imports() -> dict[str, Any]:
    latest = list(Import.objects.defer("layout").order_by("-created_at", "-pk")[:_LATEST])
    return {
        "imports": latest,
        "rows_url": "home-imports",
        "is_live": any_running(latest),
        "demo_prefix": DEMO_PREFIX
        if any(one.key.startswith(DEMO_PREFIX) for one in latest)
        else "",
    }


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
    return {
        "checks": checks,
        "is_all_well": all(check.is_ok for check in checks),
        "matters": matters,
        "attention_days": attention.DAYS,
        "seen_at": timezone.now().isoformat(),
    }


def _today() -> date:
    return datetime.now(UTC).date()
