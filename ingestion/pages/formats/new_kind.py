"""A new kind of record, made from a file that waits: what is likely is filled in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audit.actor import Actor, Channel
from common.errors import ServiceError
from common.pages.render import render_page
from ingestion.aws.object_keys import without_suffix
from ingestion.formats import suggesting
from ingestion.formats.kinds import schema_of
from ingestion.formats.suggesting import FileAnswers, Suggested
from ingestion.models import Import
from ingestion.pages.formats.columns import file_context
from ingestion.pages.formats.waiting_page import read_sample, waiting_page
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.suggest.new_kind import address_name
from messages_app.kinds import making
from messages_app.kinds.record_kind import RecordKind
from messages_app.pages.kinds.form import KindForm, empty_form
from messages_app.schema.definition import BadDefinition


@waiting_page("messages_app.add_kind")
def new_kind(request: HttpRequest, import_: Import) -> HttpResponse:
    """The kind is made, and the file goes on as one of its records' on the page before."""
    try:
        found: Suggested | None = _suggested(import_)
    except (FileError, ServiceError) as error:
        return _page(request, import_, empty_form(), None, unreadable=str(error))
    if request.method != "POST":
        return _page(request, import_, _suggested_form(import_, found), found)
    form = KindForm.from_post(request.POST)
    if "more" in request.POST:
        form.add_rows()
        return _page(request, import_, form, found)
    try:
        made = making.make(form.definition(), Actor.from_request(request, Channel.PAGE))
    except BadDefinition as error:
        form.faults = error.faults
        return _page(request, import_, form, found, 400)
    except making.KindRefused as refused:
        form.faults = {"the kind": [str(refused).rstrip(".")]}
        return _page(request, import_, form, found, 409)
    return _go_on(request, import_, made)


def _go_on(request: HttpRequest, import_: Import, made: RecordKind) -> HttpResponseRedirect:
    messages.success(request, f"The kind {made.label} was made. See below how the file is read.")
    address = reverse("import-format", args=[import_.pk])
    return HttpResponseRedirect(f"{address}?kind={made.name}")


def _suggested(import_: Import) -> Suggested:
    return suggesting.suggest_of(read_sample(import_), schema_of(import_.kind), FileAnswers())


def _suggested_form(import_: Import, found: Suggested | None) -> KindForm:
    if found is None or found.new_kind is None:
        return empty_form()
    label = without_suffix(import_.file_name)
    name = address_name(label)
    kind = found.new_kind | {"name": name, "label": label[:80], "version": 1}
    form = KindForm.from_json(kind)
    del form.rows[len(kind["fields"]) :]  # each column has its row
    return form


def _page(
    request: HttpRequest,
    import_: Import,
    form: KindForm,
    found: Suggested | None,
    status: int = 200,
    unreadable: str = "",
) -> HttpResponse:
    if found is not None and found.new_kind is None:
        unreadable = "No column of the file clearly has times: choose which field is the time."
    context: dict[str, Any] = {
        "title": "A new kind from a file",
        "import_record": import_,
        "form": form,
        "unreadable": unreadable,
        **file_context(found),
    }
    return render_page(request, "ingestion/formats/new_kind.html", context, status)
