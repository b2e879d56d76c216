"""The admin's links to what an object is elsewhere: an import's page."""

from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse


def view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Django's own view, which knows neither objects that are not in SQL nor ids of other kinds."""
    try:
        return shortcut(request, content_type_id, object_id)
    except (ValidationError, DatabaseError, ValueError) as error:
        raise Http404("There is no page of its own for this.") from error
