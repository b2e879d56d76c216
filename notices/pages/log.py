"""The log of notices, for staff: what went where, what was answered, when it is tried next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.actor import Actor, Channel
from common.errors import BadCursor
from common.pages.render import render_page
from notices import choosing
from notices.logged import listing
from notices.models import Notice, NoticeState
from notices.sending import mailbox
from notices.sending.content import label_of, subject_of

_ROWS_A_PAGE = 50

may_view = permission_required("notices.view_notice", raise_exception=True)
may_change = permission_required("notices.change_notice", raise_exception=True)


@require_safe
@never_cache
@login_required
@may_view
def notice_log(request: HttpRequest) -> HttpResponse:
    state, cursor = request.GET.get("state", ""), request.GET.get("cursor", "")
    if state not in ("", *NoticeState.values):
        raise Http404
    try:
        found, following = listing.page(state, cursor, _ROWS_A_PAGE)
    except BadCursor as error:
        raise Http404 from error
    context = {
        "title": "Notices",
        "notices": [(one, subject_of(one)) for one in found],
        "state": state,
        "states": NoticeState.choices,
        "is_first": not cursor,
        "following": following,
        "has_mailbox": mailbox.folder() is not None,
    }
    return render_page(request, "notices/log.html", context)


@require_safe
@never_cache
@login_required
@may_view
def notice_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.select_related("user", "webhook"), pk=pk)
    context: dict[str, Any] = {
        "title": "Notice",
        "notice": notice,
        "subject": subject_of(notice),
        "items": [
            (one, datetime.fromisoformat(one["at"]), label_of(one["event"])) for one in notice.items
        ],
        "more": notice.count - len(notice.items),
    }
    return render_page(request, "notices/notice.html", context)


@require_POST
@login_required
@may_change
def send_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    notice = get_object_or_404(Notice, pk=pk)
    choosing.send_again(notice, Actor.from_request(request, Channel.PAGE))
    messages.success(request, "The notice is sent in a few seconds.")
    return redirect("notice", pk)


@require_safe
@never_cache
@login_required
@may_view
def mails(request: HttpRequest) -> HttpResponse:
    """The mails that were written to a folder, where that is what becomes of them."""
    folder = mailbox.folder()
    if folder is None:
        raise Http404
    context = {"title": "Mails", "mails": mailbox.newest(folder), "folder": folder}
    return render_page(request, "notices/mails.html", context)
