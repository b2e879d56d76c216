"""The upload page: files go to S3 while they arrive here, or straight from the browser."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.actor import Actor, Channel
from common.aws.clients import endpoint_url
from common.pages.htmx import is_htmx
from common.pages.render import render_page
from ingestion.models import RUNNING, Import
from ingestion.pages.forms import UploadForm
from ingestion.pages.permissions import may_add
from ingestion.running import audit_log
from ingestion.running.tasks import CeleryQueue
from ingestion.uploads import presigned, streaming
from ingestion.uploads.confirm import confirm
from ingestion.uploads.preview import PACKED_SAMPLE_BYTES, SAMPLE_BYTES
from messages_app.kinds.record_kind import BUILTIN

# The form's other fields and the boundaries around them.
_ROOM_FOR_FIELDS = 64 * 1024
# A browser that is still sending does not show the answer. So much is read for its sake.
_MAX_READ_AFTER_REFUSAL = 16 * 1024 * 1024
# Larger files go straight to S3, where the browser can reach it.
_DIRECT_FROM_BYTES = 8 * 1024 * 1024
_RUNNING_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # the middleware would read the body before the handler is there; see _receive
@login_required
@may_add
def upload_page(request: HttpRequest) -> HttpResponse:
    """The form, which a script turns into a list of files. The script asks as htmx does, and has
    a result or a sentence in the place of a page."""
    if request.method != "POST":
        return _show(request, UploadForm(initial={"kind": request.GET.get("kind", "")}))
    streaming.stream_to_s3(request)
    try:
        _refuse_too_large(request)
        return _receive(request)
    except streaming.UploadRefused as refused:
        _read_rest(request)
        return _show(request, UploadForm.refused(str(refused)))


@csrf_protect
def _receive(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form)
    data = form.cleaned_data
    try:
        import_ = streaming.finish(
            data["file"],
            data["on_conflict"],
            request.user,
            data["encoding"],
            data["kind"],
            data["format"],
            dry_run=data["dry_run"],
        )
    except streaming.UploadRefused as refused:
        form.add_error("file", str(refused))
        return _show(request, form)
    audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.UPLOADED, import_)
    return _taken(request, import_)


@require_POST
@login_required
@may_add
def confirm_upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A script says that it sent a file straight to S3, or could not: 204 when nothing came."""
    import_ = get_object_or_404(Import, pk=pk, created_by=request.user, max_bytes__isnull=False)
    confirmed = confirm(import_, CeleryQueue())
    if confirmed is None:
        return HttpResponse(status=204)
    audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.UPLOADED, confirmed)
    return render(request, "ingestion/uploads/_upload_result.html", {"import_record": confirmed})


@require_safe
@never_cache
@login_required
def upload_result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What became of a file, beside it in the list of uploads; asks for itself until the end."""
    import_ = get_object_or_404(Import, pk=pk)
    if import_.created_by != request.user and not request.user.has_perm("ingestion.view_import"):
        raise PermissionDenied
    return render(request, "ingestion/uploads/_upload_result.html", {"import_record": import_})


def upload_context(form: UploadForm) -> dict[str, Any]:
    """What the form's template needs."""
    return {
        "upload_form": form,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "direct_from_bytes": _DIRECT_FROM_BYTES,
        "direct_to_bytes": presigned.most_bytes(),
        "look_bytes": SAMPLE_BYTES,
        "look_bytes_packed": PACKED_SAMPLE_BYTES,
        "field_names": BUILTIN.schema.names,
        "bucket": settings.DATA_BUCKET,
        "endpoint": endpoint_url("s3"),
    }


def _taken(request: HttpRequest, import_: Import) -> HttpResponse:
    if is_htmx(request):
        return render(
            request, "ingestion/uploads/_upload_result.html", {"import_record": import_}, status=201
        )
    if request.user.has_perm("ingestion.view_import"):
        return redirect(import_)
    messages.success(request, f"{import_.file_name} was uploaded, and is being {_verb(import_)}.")
    return redirect("upload")


def _verb(import_: Import) -> str:
    return "compared with the table" if import_.dry_run else "imported"


def _show(request: HttpRequest, form: UploadForm) -> HttpResponse:
    if form.is_bound and is_htmx(request):
        sentences = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return HttpResponse(sentences, status=400, content_type="text/plain; charset=utf-8")
    context = {"title": "Upload", **upload_context(form), "own_running": _own_running(request)}
    return render_page(
        request, "ingestion/uploads/upload.html", context, 400 if form.is_bound else 200
    )


def _own_running(request: HttpRequest) -> list[Import]:
    """What the user uploaded and is not yet done, for whoever comes back to the page."""
    own = Import.objects.filter(created_by=request.user.pk, state__in=RUNNING)
    arrived = own.exclude(identity="").defer("layout").order_by("-created_at", "-pk")
    return list(arrived[:_RUNNING_SHOWN])


def _refuse_too_large(request: HttpRequest) -> None:
    """Refuse before anything is read what is surely too large."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > settings.MAX_UPLOAD_BYTES + _ROOM_FOR_FIELDS:
        raise streaming.too_large(settings.MAX_UPLOAD_BYTES)


def _read_rest(request: HttpRequest) -> None:
    left = _MAX_READ_AFTER_REFUSAL
    try:
        while left > 0 and (read := request.read(64 * 1024)):
            left -= len(read)
    except OSError:  # the browser went away
        return
