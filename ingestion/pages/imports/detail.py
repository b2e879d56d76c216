"""One import: its progress, its receipt, its rejects, and what happened to it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.errors import ServiceError
from common.pages.render import render_page
from ingestion.models import Import, State
from ingestion.pages.imports import deletion
from ingestion.pages.permissions import may_view
from ingestion.pages.rejects.views import may_mend, position
from ingestion.presentation import import_detail, reject_grid
from ingestion.rejects import download as rejects_file
from ingestion.rejects import summary
from messages_app.kinds.access import Access


@require_safe
@never_cache
@login_required
@may_view
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = Import.objects.select_related("created_by", "format_version__format")
    import_ = found.filter(pk=pk).first()
    if import_ is None:
        return deletion.gone(request, pk)
    context = {
        "title": "Import",
        "may_see_records": Access(request.user, import_.kind).view,
        "may_delete_records": Access(request.user, import_.kind).delete,
        **import_detail.whole(import_, request.GET.get("seen", "")),
        **_rejects(request, import_),
    }
    return render_page(request, "ingestion/imports/import.html", context)


def _rejects(request: HttpRequest, import_: Import) -> dict[str, Any]:
    """The rejects as a grid for those who may mend them, where that can be done."""
    is_ended = not import_.is_at_work and import_.state != State.UNDONE
    is_mendable = import_.rejected and is_ended and not import_.dry_run
    if not is_mendable or import_.parent_id is not None or not may_mend(request, import_):
        return import_detail.rejected(import_)
    after, with_settled = position(request.GET)
    try:
        grid = reject_grid.whole(import_, after, with_settled=with_settled)
    except ServiceError:  # the rest of the page is worth showing
        return {"rejects": None, "reject_groups": summary.of_import(import_)}
    return {**grid, "has_grid": True}


@require_safe
@never_cache
@login_required
@may_view
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The live part of the page, which asks for itself until the import has ended, and then for
    the rest of the page, which has changed too. 204 where an ended one is in the state of which
    the page was told: another tab, or somebody else, may take it back or run it again."""
    import_ = get_object_or_404(Import, pk=pk)
    data = request.GET
    if not import_.is_at_work and data.get("told") == import_.state:
        return HttpResponse(status=204)
    context = import_detail.progress(import_, data.get("seen", ""), data.get("told", ""))
    return render(request, "ingestion/imports/_progress.html", {**context, "is_part": True})


@require_safe
@login_required
@may_view
def import_rejects(_: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """All rejects as a CSV file to mend and upload again."""
    return rejects_file.download(get_object_or_404(Import, pk=pk))
