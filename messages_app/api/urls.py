from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from messages_app.api.kinds.views import KindViewSet
from messages_app.api.records import RecordViewSet
from messages_app.api.views import MessageViewSet

_LIST, _ACTION, _DETAIL, _ = SimpleRouter.routes


class RecordRouter(SimpleRouter):
    """Addresses of records, whose key is a date and a time."""

    routes = [  # noqa: RUF012 - not a class variable in the base class
        _LIST._replace(name="{basename}s"),
        _ACTION._replace(name="{basename}s-{url_name}"),
        _DETAIL._replace(name="{basename}", initkwargs={}),
    ]

    def get_routes(self, viewset: Any) -> list[Any]:
        """Without that of exports, which columns adds Parquet to (columns/api/exports.py)."""
        routes = super().get_routes(viewset)
        return [one for one in routes if one.name != "{basename}s-export"]

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        return "<str:date>/<str:time>"


router = RecordRouter(use_regex_path=False)
router.register("messages", MessageViewSet, basename="api-message")
router.register("records/<str:kind>", RecordViewSet, basename="api-record")

_ONE: Any = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    *router.urls,
    path(
        "kinds/",
        KindViewSet.as_view({"get": "list", "post": "create"}, suffix="List"),
        name="api-kinds",
    ),
    path("kinds/<str:name>/", KindViewSet.as_view(_ONE), name="api-kind"),
    path(
        "kinds/<str:name>/schema/",
        KindViewSet.as_view({"get": "record_schema"}, name="JSON Schema"),
        name="api-kind-schema",
    ),
]
