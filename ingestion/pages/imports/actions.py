"""What people can do with an import: cancel it, run it again, make a forecast real."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audit.actor import Actor, Channel
from ingestion.models import Import, State
from ingestion.pages.permissions import may_change
from ingestion.running import audit_log, lifecycle
from ingestion.running.ended.verifying import account as verifications
from ingestion.running.tasks import CeleryQueue


@require_POST
@login_required
@may_change
def cancel_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = get_object_or_404(Import, pk=pk)
    if import_.state == State.UNDOING:
        return _stop_taking_back(request, import_)
    if verifications.cancel(import_):
        actor = Actor.from_request(request, Channel.PAGE)
        audit_log.log(actor, audit_log.VERIFICATION_STOPPED, import_)
        messages.success(request, "The verification was stopped.")
        return redirect(import_)
    if lifecycle.cancel(import_):
        audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.CANCELLED, import_)
        stays = "Nothing was written" if import_.dry_run else "The records written so far stay"
        messages.success(request, f"The import was cancelled. {stays}.")
    else:
        messages.warning(request, "The import ended before it could be cancelled.")
    return redirect(import_)


def _stop_taking_back(request: HttpRequest, import_: Import) -> HttpResponse:
    if lifecycle.cancel(import_):
        audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.UNDO_STOPPED, import_)
        messages.success(
            request,
            "Taking the import back was stopped. What was taken back so far stays taken back.",
        )
    else:
        messages.warning(request, "The import was taken back before it could be stopped.")
    return redirect(import_)


@require_POST
@login_required
@may_change
def run_import_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = get_object_or_404(Import, pk=pk)
    if lifecycle.run_again(import_, CeleryQueue()):
        audit_log.ran_again(Actor.from_request(request, Channel.PAGE), import_)
        anew = import_.undo_begun_at is not None
        verb = "begins again" if anew else "continues with what was left to do"
        messages.success(request, f"The import {verb}.")
    else:
        messages.warning(request, "The import is running or done: there is nothing to run again.")
    return redirect(import_)


@require_POST
@login_required
@may_change
def make_forecast_real(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = get_object_or_404(Import, pk=pk)
    if lifecycle.make_real(import_, CeleryQueue()):
        audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.MADE_REAL, import_)
        messages.success(request, "The file is being imported.")
    else:
        messages.warning(request, "Nothing was started: this is not a forecast that has ended.")
    return redirect(import_)


@require_POST
@login_required
@may_change
def verify_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    import_ = get_object_or_404(Import, pk=pk)
    try:
        verifications.begin(import_, request.user, CeleryQueue())
    except verifications.NotVerifiable as why:
        messages.warning(request, why.detail)
        return redirect(import_)
    audit_log.log(Actor.from_request(request, Channel.PAGE), audit_log.VERIFIED, import_)
    messages.success(request, "The import is being verified. Reload the page to see how far it is.")
    return redirect(import_)
