"""A look at a file before it is imported."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from common.deadline import Deadline
from common.errors import ServiceError
from common.pages.htmx import is_htmx
from common.pages.render import render_page
from ingestion.formats import suggesting
from ingestion.formats.kinds import kind_of
from ingestion.formats.recognition import FileFacts, Waits, of_key
from ingestion.models import OnConflictChoice
from ingestion.pages.formats.columns import columns_context
from ingestion.pages.formats.sample import sample_context
from ingestion.pages.forms import PreviewForm, UploadForm
from ingestion.pages.permissions import may_add
from ingestion.pages.uploads.views import upload_context
from ingestion.presentation.format_rows import shown_rows
from ingestion.reading.file_error import FileError
from ingestion.reading.sample import sample_of
from ingestion.uploads import streaming
from ingestion.uploads.preview import Preview, RowStatus, preview, row_statuses
from ingestion.uploads.sample_upload import SampleFile, keep_sample
from messages_app.schema.schema import MESSAGES

_ROWS_SHOWN = 10
_COMPARE_SECONDS = 5
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_CONFLICTS_BECOME = {
    OnConflictChoice.KEEP: "stored beside the record that is there",
    OnConflictChoice.REPLACE: "taking the place of the record that is there",
    OnConflictChoice.REJECT: "rejected",
}


@require_POST
@csrf_exempt  # as in the upload: first the handler, then the body
@never_cache
@login_required
@may_add
def preview_upload(request: HttpRequest) -> HttpResponse:
    """What an import of the file would do; the file, or its beginning, is the form's ``file``."""
    keep_sample(request)
    return _look(request)


@csrf_protect
def _look(request: HttpRequest) -> HttpResponse:
    form = PreviewForm(request.POST, request.FILES)
    if not form.is_valid():
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return _response(request, {"fault": " ".join(sentences)}, 400)
    data = form.cleaned_data
    file: SampleFile = data["file"]
    context = {"name": file.name, "policy": data["on_conflict"]}
    try:
        streaming.safe_name(file.name or "")
        seen = _preview(file, data)
    except (FileError, streaming.UploadRefused) as error:
        return _response(request, {**context, "fault": str(error)})
    except Waits as waits:
        sentence = f"{waits.detail} Upload it: its import waits until somebody says that, once."
        context |= {"fault": sentence, "would_wait": True, **_suggested(file, data)}
        return _response(request, context)
    return _response(request, {**context, **_of(seen, data["on_conflict"])})


def _preview(file: SampleFile, data: dict[str, Any]) -> Preview:
    name = file.name or ""
    return preview(
        name,
        file.content,
        data["kind"],
        is_whole=_is_whole(file, data),
        encoding=data["encoding"],
        version=of_key(FileFacts(name, data["format"])),
    )


def _suggested(file: SampleFile, data: dict[str, Any]) -> dict[str, Any]:
    """How a file that would wait is likely to be read; nothing for one that has no table."""
    schema, answers = kind_of(data["kind"] or MESSAGES).schema, suggesting.FileAnswers()
    try:
        sample = sample_of(
            file.name or "",
            file.content,
            is_whole=_is_whole(file, data),
            encoding=data["encoding"],
            maximum=suggesting.MAX_TEXT,
        )
        found = suggesting.suggest_of(sample, schema, answers)
    except FileError:
        return {}
    columns = columns_context(found, schema, answers, sample)
    return {**columns, **sample_context(found, schema, answers)}


def _is_whole(file: SampleFile, data: dict[str, Any]) -> bool:
    """Whether nothing of the file is left out: a script sends its beginning, and its size."""
    return len(file.content) >= (data["size"] or file.size or 0)


def _of(seen: Preview, policy: str) -> dict[str, Any]:
    """What the template needs of a preview."""
    repository = seen.kind.repository
    try:
        found = row_statuses(seen.records, repository, Deadline(_COMPARE_SECONDS))
    except ServiceError:  # the rest is worth showing
        found = None
    return {
        "seen": seen,
        "delimiter": _DELIMITERS[seen.layout.delimiter],
        "fields": repository.schema.fields,
        "rows": shown_rows(seen.rows[:_ROWS_SHOWN], repository.schema, found or []),
        "row_statuses": _counted(found, policy) if found is not None else None,
    }


def _counted(found: list[RowStatus], policy: str) -> list[tuple[int, str]]:
    """How many rows would become what, without those of which there are none."""
    become = _CONFLICTS_BECOME[OnConflictChoice(policy)]
    meanings: dict[RowStatus, str] = {
        "new": "new records",
        "equal": "unchanged: an equal record is there",
        "conflict": f"in conflict with a different record, and {become}",
    }
    return [(found.count(one), text) for one, text in meanings.items() if found.count(one)]


def _response(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    if is_htmx(request):
        return render(request, "ingestion/uploads/_preview.html", context, status=status)
    page = {"title": "Preview", **upload_context(UploadForm()), **context}
    return render_page(request, "ingestion/uploads/preview.html", page, status)
