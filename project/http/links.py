"""The admin's links to what an object is elsewhere: an import's page."""

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse


def view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Django's own view, which knows neither objects that are not in SQL nor ids of other kinds."""
    try:
        _refuse_what_is_not_in_sql(content_type_id)
        return shortcut(request, content_type_id, object_id)
    except (ContentType.DoesNotExist, ValidationError, DatabaseError, ValueError) as error:
        raise Http404("There is no page of its own for this.") from error


def _refuse_what_is_not_in_sql(content_type_id: str) -> None:
    model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
    if model is not None and not model._meta.managed:  # noqa: SLF001 - documented by Django
        raise ValueError("Its objects are not in SQL.")
