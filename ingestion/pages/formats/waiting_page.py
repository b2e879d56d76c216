"""Pages about the file of an import that waits, for those who may say how it is read."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.deadline import Deadline
from ingestion.formats import suggesting
from ingestion.models import Import, State
from ingestion.pages.permissions import may_change
from ingestion.reading.sample import Sample

View = Callable[[HttpRequest, Import], HttpResponse]

_SECONDS = 10
_MAY_DEFINE = "ingestion.add_format"


def waiting_page(*permissions: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """A page whose address names a waiting import; one that does not wait leads to its own page.
    Of those who may say how its file is read it is for those who have the permissions too."""

    def decorated(view: View) -> Callable[..., HttpResponse]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @never_cache
        @login_required
        @may_change
        @permission_required((_MAY_DEFINE, *permissions), raise_exception=True)
        @wraps(view)
        def page(request: HttpRequest, pk: UUID) -> HttpResponse:
            import_ = get_object_or_404(Import, pk=pk)
            if import_.state != State.WAITING:
                messages.info(request, "The import is no longer waiting.")
                return redirect(import_)
            return view(request, import_)

        return page

    return decorated


def read_sample(import_: Import) -> Sample:
    """The beginning of its file. Raises FileError and ServiceError."""
    return suggesting.sample_of_import(import_, Deadline(_SECONDS))
