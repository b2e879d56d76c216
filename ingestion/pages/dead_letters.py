"""Dead letters: staff see them, send them back to their queues, or throw them away."""

from collections.abc import Callable, Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ingestion import dead_letters
from ingestion.models import Import
from messages_app.pages.render import render_page

may_change = permission_required("ingestion.change_import", raise_exception=True)
may_delete = permission_required("ingestion.delete_import", raise_exception=True)


@require_safe
@never_cache
@login_required
@may_change
def dead_letters_page(request: HttpRequest) -> HttpResponse:
    """All dead letters, with the import that each belongs to."""
    letters = dead_letters.waiting()
    ids = {letter.import_id for letter in letters if letter.import_id}
    imports = {str(of.pk): of for of in Import.objects.filter(pk__in=ids)}
    rows = [(letter, imports.get(letter.import_id)) for letter in letters]
    context = {"title": "Dead letters", "rows": rows}
    return render_page(request, "ingestion/dead_letters.html", context)


@require_POST
@login_required
@may_change
def redrive(request: HttpRequest) -> HttpResponse:
    return _act(
        request, dead_letters.redrive, "sent back to its queue", "sent back to their queues"
    )


@require_POST
@login_required
@may_delete
def discard(request: HttpRequest) -> HttpResponse:
    return _act(request, dead_letters.discard, "discarded", "discarded")


def _act(
    request: HttpRequest, act: Callable[[Collection[str]], int], one: str, many: str
) -> HttpResponse:
    chosen = request.POST.getlist("letter")
    count = act(chosen) if chosen else 0
    if count:
        messages.success(
            request, f"{count} dead letter{'s' if count > 1 else ''} {one if count == 1 else many}."
        )
    elif chosen:
        messages.warning(request, "These letters are not there now; look again in some seconds.")
    else:
        messages.warning(request, "Choose at least one letter.")
    return redirect("dead-letters")
