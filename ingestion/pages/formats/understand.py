"""The page where a waiting file is understood: what is likely, what is asked, the rows as they
would be stored. It works in plain steps; with a script the rows follow each answer."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit.actor import Actor, Channel
from common.digits import LARGEST, from_digits
from common.errors import ServiceError
from common.pages.render import render_page
from common.pages.text import counted
from ingestion.aws.object_keys import without_suffix
from ingestion.formats import answers, audit_log, suggesting, versions, waiting
from ingestion.formats.kinds import kind_of
from ingestion.formats.models import Format
from ingestion.models import Import
from ingestion.pages.formats.answers_sent import answers_in
from ingestion.pages.formats.columns import columns_context
from ingestion.pages.formats.edit_form import CHOICES
from ingestion.pages.formats.sample import labels_of, sample_context
from ingestion.pages.formats.waiting_page import read_sample, waiting_page
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds import registry
from messages_app.kinds.record_kind import RecordKind

_MAX_LISTED = 1000


@waiting_page()
def understand(request: HttpRequest, import_: Import) -> HttpResponse:
    """``action`` of a POST: *remember* what was answered as a format, use it *once*, read the file
    by an *existing* format, or *accept* the header that a format's file has now."""
    if request.method != "POST":
        return _show(request, import_, request.GET)
    try:
        went = _answer(import_, request)
    except (BadFormat, answers.NoSuchFormat, FileError) as error:
        return _show(request, import_, request.POST, error)
    if went:
        messages.success(request, f"{counted(len(went), 'import')} continued.")
    else:
        messages.info(request, "The import is no longer waiting.")
    return redirect(import_)


def _answer(import_: Import, request: HttpRequest) -> list[Import]:
    actor = Actor.from_request(request, Channel.PAGE)
    data = request.POST
    action = data.get("action", "")
    if action in ("existing", "accept"):
        pk = from_digits(data.get("format", ""), LARGEST) or 0
        return answers.answer(
            import_,
            pk,
            actor,
            CeleryQueue(),
            is_for_all="all" in data,
            accepts_header=action == "accept",
        )
    is_once = action == "once"
    made = _made(import_, request, actor, is_once=is_once)
    is_for_all = "all" in data and not is_once
    return answers.read_by(import_, made, actor, CeleryQueue(), is_for_all=is_for_all)


def _made(import_: Import, request: HttpRequest, actor: Actor, *, is_once: bool) -> Format:
    kind = kind_of(_kind_name(import_, request.POST))
    found = suggesting.suggest_of(read_sample(import_), kind.schema, answers_in(request.POST))
    options = {**found.answered_options, **_extra_columns(request.POST)}
    definition = definition_from_json(options)
    name = request.POST.get("name", "")
    make = versions.create_once if is_once else versions.create
    made = make(name or import_.file_name[:100], kind.name, definition, kind.schema, request.user)
    audit_log.log(actor, audit_log.CREATED, made)
    return made


def _show(
    request: HttpRequest,
    import_: Import,
    data: Mapping[str, Any],
    fault: Exception | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": "How should the file be read?",
        "import_record": import_,
        "compared": waiting.format_of(import_),
        "alike": waiting.alike(import_).count() - 1,
        "formats": Format.objects.filter(is_retired=False)[:_MAX_LISTED],
        "name": data.get("name", without_suffix(import_.file_name)[:100]),
    }
    try:
        context |= _understood(import_, data)
    except (BadFormat, FileError, ServiceError) as error:
        context["unreadable"] = _sentences(error)
    if fault:
        context["fault"] = _sentences(fault, context.get("kind"))
    return render_page(request, "ingestion/formats/understand.html", context, 400 if fault else 200)


def _understood(import_: Import, data: Mapping[str, Any]) -> dict[str, Any]:
    kind = kind_of(_kind_name(import_, data))
    sample = read_sample(import_)
    answers = answers_in(data)
    found = suggesting.suggest_of(sample, kind.schema, answers)
    return {
        "kind": kind,
        "extra_choices": CHOICES["extra_columns"],
        "extra_columns": data.get("extra_columns", ""),
        "kinds": registry.labels()[:_MAX_LISTED],
        **columns_context(found, kind.schema, answers, sample),
        **sample_context(found, kind.schema, answers),
    }


def _extra_columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is to become of columns of no field, where that was said."""
    chosen = data.get("extra_columns")
    return {"extra_columns": chosen} if chosen else {}


def _kind_name(import_: Import, data: Mapping[str, Any]) -> str:
    return str(data.get("kind") or import_.kind)


def _sentences(error: Exception, kind: RecordKind | None = None) -> str:
    if not isinstance(error, BadFormat):
        return str(error)
    labels = labels_of(kind.schema) if kind else {}
    return " ".join(
        f"{labels.get(path, f'{path}:')} {fault}." if path else fault
        for path, fault in error.faults.items()
    )
