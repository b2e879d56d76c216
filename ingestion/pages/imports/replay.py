"""Files that nobody announced: staff look for them and have them imported."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.actor import Actor, Channel
from common.aws.s3 import StoredObject
from common.deadline import Deadline
from common.pages.render import render_page
from ingestion.aws.object_keys import LONGEST_KEY, OWN_PREFIX
from ingestion.pages.permissions import may_add
from ingestion.running import audit_log
from ingestion.running.unannounced import search, turns
from ingestion.running.unannounced.search import Scope

# Who waits for the page has so many pages of the listing, of 1,000 versions each, looked through.
_MAX_PAGES = 10
_NAMED = 20


class ReplayForm(forms.Form):
    prefix = forms.CharField(  # type: ignore[assignment] # fields are no attributes
        max_length=LONGEST_KEY,
        required=False,
        strip=False,
        label="Keys that begin with",
        widget=forms.TextInput(
            attrs={"placeholder": "any: the whole bucket", "autocomplete": "off"}
        ),
    )
    since = forms.DateTimeField(
        required=False,
        label="Written since (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Give a date and time, such as 2026-01-31 12:00."},
    )

    def clean_prefix(self) -> str:
        prefix: str = self.cleaned_data["prefix"]
        if prefix.startswith(OWN_PREFIX):
            raise forms.ValidationError(f"Below {OWN_PREFIX} there are no files to import.")
        return prefix

    @property
    def scope(self) -> Scope:
        return Scope(self.cleaned_data["prefix"], self.cleaned_data["since"])


@dataclass(frozen=True, slots=True)
class _Found:
    """Files without an import; ``named`` are the first of them. Unless it ``is_all``, the time was
    too short for the rest of the bucket."""

    count: int
    named: list[StoredObject]
    is_all: bool


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_add
def replay(request: HttpRequest) -> HttpResponse:
    """Shows what would be imported; a POST has it done."""
    data = request.POST if request.method == "POST" else request.GET
    if "prefix" not in data:  # nobody means the whole bucket by nothing
        return _show(request, ReplayForm())
    form = ReplayForm(data)
    if not form.is_valid():
        return _show(request, form, status=400)
    if request.method == "POST":
        return _start(request, form.scope)
    return _show(request, form, _look(form.scope))


def _look(scope: Scope) -> _Found:
    deadline = Deadline(settings.AWS_WEB_SECONDS)
    count, named = 0, list[StoredObject]()
    for number, page in enumerate(search.pages(scope), start=1):
        count += len(page.files)
        named += page.files[: _NAMED - len(named)]
        if page.next is not None and (number == _MAX_PAGES or deadline.passed):
            return _Found(count, named, is_all=False)
    return _Found(count, named, is_all=True)


def _start(request: HttpRequest, scope: Scope) -> HttpResponse:
    turns.ask_for(scope)
    audit_log.log_replay(Actor.from_request(request, Channel.PAGE), scope)
    messages.success(request, "The listener starts the imports, a few at a time. They appear here.")
    return redirect("imports")


def _show(
    request: HttpRequest, form: ReplayForm, found: _Found | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": "Files without an import",
        "form": form,
        "found": found,
        "running": turns.asked_for(),
        "bucket": settings.DATA_BUCKET,
        "sweep_minutes": settings.SWEEP_MINUTES,
        "sweep_prefix": settings.SWEEP_PREFIX,
    }
    return render_page(request, "ingestion/unannounced/replay.html", context, status)
