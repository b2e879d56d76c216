"""Dead letters: staff see them, send them back to their queues, mend them, or throw them away."""

from collections.abc import Callable, Collection
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.actor import Actor, Channel
from common.pages.render import render_page
from ingestion.dead_letters import queue
from ingestion.dead_letters.queue import Then
from ingestion.pages.dead_letters.forms import MendForm
from ingestion.pages.dead_letters.rows import LetterRow, row, rows
from ingestion.pages.permissions import may_change, may_delete
from ingestion.running import audit_log

MENDED = "mended"


@require_safe
@never_cache
@login_required
@may_change
def dead_letters_page(request: HttpRequest) -> HttpResponse:
    """All dead letters, with what each is about and what is known of its failure."""
    listed = rows(queue.waiting())
    context = {
        "title": "Dead letters",
        "readable": [one for one in listed if one.is_readable],
        "unreadable": [one for one in listed if not one.is_readable],
    }
    return render_page(request, "ingestion/dead_letters/dead_letters.html", context)


@require_safe
@never_cache
@login_required
@may_change
def dead_letter_page(request: HttpRequest, letter: str) -> HttpResponse:
    """One letter with all that it says."""
    found = queue.find(letter)
    if found is None:
        return _gone(request)
    return _show(request, row(found), MendForm.for_letter(found, request.user))


@require_POST
@login_required
@may_change
def redrive(request: HttpRequest) -> HttpResponse:
    """The chosen ones, or all."""
    verbs = ("sent back to its queue", "sent back to their queues")
    return _act(request, queue.redrive, audit_log.REDROVE, *verbs)


@require_POST
@login_required
@may_delete
def discard(request: HttpRequest) -> HttpResponse:
    """Asks first."""
    if "confirmed" in request.POST:
        return _act(request, queue.discard, audit_log.DISCARDED, "discarded", "discarded")
    found = [one for one in queue.waiting() if one.id in request.POST.getlist("letter")]
    if not found:
        return _nothing_chosen(request)
    context = {"title": "Discard dead letters", "rows": rows(found)}
    return render_page(request, "ingestion/dead_letters/discard.html", context)


@require_POST
@login_required
@may_change
def resend(request: HttpRequest, letter: str) -> HttpResponse:
    """A letter of the inbox, mended."""
    found = queue.find(letter)
    if found is None or not found.is_of_inbox:
        return _gone(request)
    form = MendForm(request.POST, user=request.user)
    if not form.is_valid():
        return _show(request, row(found), form, 400)
    method, body = form.cleaned_data["method"], form.cleaned_data["body"]
    if not queue.resend(letter, method, body, _write_down(request, MENDED)):
        return _gone(request)
    messages.success(request, "Your changed message was sent to the inbox.")
    return redirect("dead-letters")


def _show(
    request: HttpRequest, letter_row: LetterRow, form: MendForm | None, status: int = 200
) -> HttpResponse:
    context = {"title": "Dead letter", "row": letter_row, "form": form}
    return render_page(request, "ingestion/dead_letters/dead_letter.html", context, status)


def _act(
    request: HttpRequest,
    act: Callable[[Collection[str] | None, Then], int],
    action: str,
    one: str,
    many: str,
) -> HttpResponse:
    chosen = request.POST.getlist("letter")
    if "all" in request.POST:  # but for those that would only come back
        chosen = [one.letter.id for one in rows(queue.waiting()) if one.is_readable]
    if not chosen:
        return _nothing_chosen(request)
    count = act(chosen, _write_down(request, action))
    if count:
        messages.success(
            request, f"{count} dead letter{'s' if count > 1 else ''} {one if count == 1 else many}."
        )
    else:
        messages.warning(
            request,
            "These dead letters are not in the queue now. Reload the page in a few seconds.",
        )
    return redirect("dead-letters")


def _write_down(request: HttpRequest, action: str) -> Then:
    return partial(audit_log.log_dead_letter, Actor.from_request(request, Channel.PAGE), action)


def _nothing_chosen(request: HttpRequest) -> HttpResponse:
    messages.warning(request, "Select at least one dead letter.")
    return redirect("dead-letters")


def _gone(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request,
        "This dead letter is not in the queue now: somebody dealt with it, or is looking at it."
        " Reload the page in a few seconds.",
    )
    return redirect("dead-letters")
