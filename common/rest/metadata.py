"""What OPTIONS answers, and what a view is called there and on its page."""

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:  # views import this module
    from rest_framework.views import APIView


def view_name(view: Any) -> str:
    """Its own name (``names``: of one and of many), or that of the model that it shows, or else of
    the one whose permissions it asks for."""
    if name := getattr(view, "name", None):
        return str(name)
    is_list = getattr(view, "suffix", None) == "List"
    if names := getattr(view, "names", None):
        return str(names[is_list])
    queryset = getattr(view, "queryset", None)
    model = view.permission_model if queryset is None else queryset.model
    meta = model._meta  # noqa: SLF001 - Django's name for it
    return str(meta.verbose_name_plural if is_list else meta.verbose_name).capitalize()


class Metadata(BaseMetadata):
    """Names and media types; fields and rules are in the OpenAPI document."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, Any]:
        return {
            "name": view.get_view_name(),
            "description": view.get_view_description(),
            "renders": [renderer.media_type for renderer in view.renderer_classes],
            "parses": [parser.media_type for parser in view.parser_classes],
        }
