"""The API as a whole: what there is, its OpenAPI document, and Swagger UI."""

from django.contrib.auth.mixins import LoginRequiredMixin
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from common.rest.json_schema import JSONSchema, object_of
from common.rest.openapi_problems import DocumentedResponse
from project.access import token_openapi  # noqa: F401 - it registers itself

_ROUTES = {
    "messages": "api-messages",
    "messages_batch": "api-messages-batch",
    "messages_export": "api-messages-export",
    "kinds": "api-kinds",
    "imports": "api-import-list",
    "formats": "api-format-list",
    "notices": "api-notice-list",
    "mail_rules": "api-mail-rule-list",
    "webhooks": "api-webhook-list",
    "devices": "api-device-list",
    "schema": "api-schema",
    "docs": "api-docs",
}
_ADDRESS: JSONSchema = {"type": "string", "format": "uri"}


class RootView(APIView):
    """Where everything is."""

    name = "API"
    api_tag = "about"
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="api_root",
        responses={200: DocumentedResponse(object_of("", dict.fromkeys(_ROUTES, _ADDRESS)))},
    )
    def get(self, request: Request) -> Response:
        """List the resources.

        The addresses of everything else.
        """
        return Response({name: reverse(route, request=request) for name, route in _ROUTES.items()})


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as JSON or YAML."""

    name = "OpenAPI document"
    api_tag = "about"
    permission_classes = (IsAuthenticated,)
    renderer_classes = [  # noqa: RUF012 - not a class variable in the base class
        OpenApiJsonRenderer2,  # first: browsers show it
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    ]

    @extend_schema(
        operation_id="api_schema",
        parameters=[
            OpenApiParameter("format", enum=["json", "yaml"], description="Instead of `Accept`."),
            OpenApiParameter("lang", exclude=True),
        ],
        responses={
            (200, *(renderer.media_type for renderer in renderer_classes)): DocumentedResponse(
                OpenApiTypes.OBJECT
            )
        },
    )
    def get(self, request: Request) -> Response:
        """Read this document.

        The OpenAPI document of all routes: JSON unless YAML is asked for.
        """
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
