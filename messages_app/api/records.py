"""The API of the records of any kind: that of messages, by the kind in the address."""

from functools import cached_property
from typing import Any

from rest_framework.reverse import reverse

from common.rest import json_schema
from common.rest.permissions import ModelPermissions
from messages_app.api.openapi import routes as documented
from messages_app.api.openapi.any_kind import ANY_KIND, any_components
from messages_app.api.views import MessageViewSet
from messages_app.kinds import access, registry
from messages_app.kinds.record_kind import RecordKind


class KindPermissions(ModelPermissions):
    """Those on the kind that the address names."""

    def may(self, user: Any, view: Any, action: str) -> bool:
        return access.Access(user, view.kind_name).has(action)


@documented.records
class RecordViewSet(MessageViewSet):
    """Records of a kind by date and time, both UTC. What fields they have, their JSON Schema tells:
    `/api/kinds/{name}/schema/`. A field is filtered by its name; one with an order also by its name
    with _min and _max behind it, and an optional one by the parameter without."""

    api_tag = "records"
    # Whoever asks for the name of a page does not know the kind.
    names = ("Record", "Records")
    permission_classes = (KindPermissions,)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        # The actions are those of messages, which know of no kind in their address.
        self.kind_name = kwargs.pop("kind", "")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def kind(self) -> RecordKind:
        if getattr(self, "swagger_fake_view", False):
            return ANY_KIND
        return registry.find(self.kind_name)

    def address(self, route: str, *arguments: str) -> str:
        kind_and_key = [self.kind_name, *arguments]
        return reverse(f"api-record{route}", kind_and_key, request=self.request)

    @property
    def api_components(self) -> json_schema.JSONSchema:
        return any_components()
