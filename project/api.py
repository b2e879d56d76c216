"""The API as a whole: what there is, its OpenAPI document, and Swagger UI."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

_ROUTES = {
    "messages": "api-messages",
    "messages_batch": "api-messages-batch",
    "messages_export": "api-messages-export",
    "imports": "api-import-list",
    "schema": "api-schema",
    "docs": "api-docs",
}
_BEGINNING = {"openapi": "3.0.3", "info": {"title": "Sluice", "version": "1.0.0"}, "paths": {}}
_ADDRESS: dict[str, Any] = {"type": "string", "format": "uri"}


class RootView(APIView):
    """Where everything is."""

    name = "API"
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="api_root",
        summary="List the resources",
        description="The addresses of everything else.",
        tags=["about"],
        responses={
            (200, "application/json"): OpenApiResponse(
                {
                    "type": "object",
                    "properties": dict.fromkeys(_ROUTES, _ADDRESS),
                    "required": list(_ROUTES),
                    "additionalProperties": False,
                },
                "The addresses.",
                [
                    OpenApiExample(
                        "On one machine",
                        {
                            name: f"http://127.0.0.1:8000/api/{name.replace('_', '/')}/"
                            for name in _ROUTES
                        },
                    )
                ],
            )
        },
    )
    def get(self, request: Request) -> Response:
        return Response({name: reverse(route, request=request) for name, route in _ROUTES.items()})


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as JSON or YAML."""

    name = "OpenAPI document"
    permission_classes = (IsAuthenticated,)
    renderer_classes = [  # noqa: RUF012 - not a class variable in the base class
        OpenApiJsonRenderer2,  # first: browsers show it
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    ]

    @extend_schema(
        operation_id="api_schema",
        summary="Read this document",
        description="The OpenAPI document of all routes: JSON unless YAML is asked for.",
        tags=["about"],
        parameters=[
            OpenApiParameter("format", enum=["json", "yaml"], description="Instead of `Accept`."),
            OpenApiParameter("lang", exclude=True),
        ],
        responses={
            (200, *(renderer.media_type for renderer in renderer_classes)): OpenApiResponse(
                OpenApiTypes.OBJECT, "The document.", [OpenApiExample("Its beginning", _BEGINNING)]
            )
        },
    )
    def get(self, request: Request) -> Response:
        # The library's own would take a language and a version from the address.
        response: Response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        return response

    def _get_version_parameter(self, request: Request) -> None:
        return None


class DocsView(LoginRequiredMixin, SpectacularSwaggerSplitView):
    """Swagger UI. Its requests have the session, or the token that is given to it there."""

    name = "Swagger UI"
    permission_classes = (IsAuthenticated,)
    url_name = "api-schema"

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        response: Response = super().get(request)  # type: ignore[no-untyped-call]
        # The library's own is for logins in windows of other sites.
        del response["Cross-Origin-Opener-Policy"]
        return response
