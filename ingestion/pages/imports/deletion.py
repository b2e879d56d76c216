"""Deleting an import: the question, and what its address shows afterwards, to which its records
still lead."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.actor import IMPORT_KIND, Actor, Channel
from audit.models import AuditEntry
from common.pages.render import render_page
from ingestion.models import DeletedImport, Import
from ingestion.pages.permissions import may_delete
from ingestion.running import audit_log
from ingestion.running.ended import deletion


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_delete
def delete_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks first, with what stays and what goes."""
    import_ = get_object_or_404(Import, pk=pk)
    if request.method != "POST" and deletion.may_be_deleted(import_):
        context = {"title": "Delete an import", "import_record": import_}
        return render_page(request, "ingestion/imports/deletion/ask.html", context)
    if request.method == "POST" and deletion.delete(import_):
        audit_log.deleted(Actor.from_request(request, Channel.PAGE), import_)
        messages.success(request, f"The import of {import_.file_name} was deleted.")
        return redirect("imports")
    import_.refresh_from_db()
    messages.warning(request, deletion.why_not(import_)[0])
    return redirect(import_)


def gone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page of an import that was deleted. Raises Http404 where there never was one."""
    deleted = get_object_or_404(DeletedImport, pk=pk)
    entry = None
    if request.user.has_perm("messages_app.view_auditentry"):
        entries = AuditEntry.objects.filter(kind=IMPORT_KIND, target=str(pk))
        entry = entries.filter(action=audit_log.DELETED).first()
    context = {"title": "Deleted import", "deleted": deleted, "entry": entry}
    return render_page(request, "ingestion/imports/deletion/gone.html", context, 404)
