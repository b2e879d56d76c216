"""The overview, the list of imports, and an import with its progress and rejects."""

from uuid import UUID

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ingestion import rejects
from ingestion.keys import IMPORT_SUFFIXES
from ingestion.models import RUNNING, Import, State
from ingestion.pages import present
from ingestion.pages.forms import UploadForm
from ingestion.pages.upload import upload_context
from messages_app.pages.render import render_page

_LATEST = 8
_PAGE_SIZE = 30
_RUNNING = "running"
_FILTERS = {
    "": "All",
    _RUNNING: "Running",
    State.DONE.value: "Done",
    State.FAILED.value: "Failed",
    State.CANCELLED.value: "Cancelled",
}
may_view = permission_required("ingestion.view_import", raise_exception=True)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The latest imports and an upload box, as far as the user may see and do that."""
    latest = []
    if request.user.has_perm("ingestion.view_import"):
        latest = list(Import.objects.order_by("-created_at")[:_LATEST])
    context = {
        "title": "Overview",
        "imports": latest,
        "is_live": present.any_running(latest),
        **upload_context(UploadForm()),
    }
    return render_page(request, "ingestion/home.html", context)


@require_safe
@login_required
@may_view
def imports(request: HttpRequest) -> HttpResponse:
    """Newest first; ``after`` names the import behind which the page begins."""
    state = request.GET.get("state", "")
    state = state if state in _FILTERS else ""
    found = _behind(_in_state(Import.objects.all(), state), request.GET.get("after", ""))
    listed = list(found.order_by("-created_at", "-pk")[: _PAGE_SIZE + 1])
    page = listed[:_PAGE_SIZE]
    context = {
        "title": "Imports",
        "imports": page,
        "is_live": present.any_running(page),
        "state": state,
        "filters": _FILTERS.items(),
        "is_first": "after" not in request.GET,
        "next_after": page[-1].pk if len(listed) > len(page) else None,
    }
    return render_page(request, "ingestion/imports.html", context)


@require_safe
@never_cache
@login_required
@may_view
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    of = get_object_or_404(Import.objects.select_related("created_by"), pk=pk)
    context = {"title": "Import", **present.whole(of)}
    return render_page(request, "ingestion/import.html", context)


@require_safe
@never_cache
@login_required
@may_view
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The live part of the page, which asks for itself until the import has ended."""
    of = get_object_or_404(Import, pk=pk)
    answer = render(request, "ingestion/_progress.html", present.progress(of))
    if not of.is_running:
        answer["HX-Refresh"] = "true"  # the rest of the page has changed too
    return answer


@require_safe
@login_required
@may_view
def import_rejects(_: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """All rejects as a CSV file to mend and upload again."""
    of = get_object_or_404(Import, pk=pk)
    if not of.rejected:
        raise Http404("This import has no rejected rows.")
    answer = StreamingHttpResponse(rejects.csv_lines(of), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, _rejects_name(of)) or ""
    return answer


def _rejects_name(of: Import) -> str:
    name = of.file_name
    for suffix in IMPORT_SUFFIXES:
        name = name.removesuffix(suffix)
    return f"{name}-rejects.csv"


def _in_state(found: QuerySet[Import], state: str) -> QuerySet[Import]:
    if state == _RUNNING:
        return found.filter(state__in=RUNNING)
    return found.filter(state=state) if state else found


def _behind(found: QuerySet[Import], after: str) -> QuerySet[Import]:
    if not after:
        return found
    try:
        last = Import.objects.get(pk=UUID(after))
    except (ValueError, Import.DoesNotExist):
        raise Http404("There is no such page of imports.") from None
    return found.filter(
        Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
    )
