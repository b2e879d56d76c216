"""The upload page: the file goes to S3 while it arrives."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from ingestion import upload
from ingestion.pages.forms import UploadForm
from messages_app.pages.render import render_page
from messages_app.schema import MESSAGE

# The form's other fields and the boundaries around them.
_ROOM_FOR_FIELDS = 64 * 1024
# A browser that is still sending does not show the answer. So much is read for its sake.
_MOST_READ_AFTER_REFUSAL = 16 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # the middleware would read the body before the handler is there; see _receive
@login_required
@permission_required("ingestion.add_import", raise_exception=True)
def upload_page(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, UploadForm())
    upload.stream_to_s3(request)
    try:
        _refuse_too_large(request)
        return _receive(request)
    except upload.UploadRefused as refused:
        _read_rest(request)
        return _show(request, UploadForm.refused(str(refused)))


@csrf_protect
def _receive(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form)
    given = form.cleaned_data
    try:
        of = upload.finish(given["file"], given["on_conflict"], request.user, given["encoding"])
    except upload.UploadRefused as refused:
        form.add_error("file", str(refused))
        return _show(request, form)
    return redirect(of)


def upload_context(form: UploadForm) -> dict[str, Any]:
    """What the form's template needs."""
    return {
        "upload_form": form,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "field_names": MESSAGE.names,
        "bucket": settings.DATA_BUCKET,
        "endpoint": settings.AWS_ENDPOINT_URL,
    }


def _show(request: HttpRequest, form: UploadForm) -> HttpResponse:
    context = {"title": "Upload a file", **upload_context(form)}
    return render_page(request, "ingestion/upload.html", context, 400 if form.is_bound else 200)


def _refuse_too_large(request: HttpRequest) -> None:
    """Refuse before anything is read what is surely too large."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > settings.MAX_UPLOAD_BYTES + _ROOM_FOR_FIELDS:
        raise upload.UploadRefused(
            f"The file has more than {settings.MAX_UPLOAD_BYTES:,} bytes. "
            "Put it into the bucket directly, or split it."
        )


def _read_rest(request: HttpRequest) -> None:
    left = _MOST_READ_AFTER_REFUSAL
    try:
        while left > 0 and (read := request.read(64 * 1024)):
            left -= len(read)
    except OSError:  # the browser went away
        return
