"""The devices API: what is known of each, which are overdue and why, and what is set of one."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.paging import cursor as cursors
from common.rest import json_schema
from common.rest import openapi_problems as problems
from common.rest.openapi_problems import DocumentedResponse
from common.rest.pages import changed_url
from common.rest.strict import read_body, read_query
from ingestion.api.devices.serializers import (
    DeviceChangesSerializer,
    DevicePageSerializer,
    DeviceSerializer,
    DevicesQuery,
)
from ingestion.presentation.devices import rows_of
from messages_app.kinds.access import check_access, hidden_kinds
from silence import changing, listing
from silence.listing import Wanted
from silence.models import Device

_FILTERS = ("kind", "state", "search", "order")
_ONE: dict[Any, Any] = {200: DocumentedResponse(DeviceSerializer)}


@extend_schema_view(
    list=extend_schema(
        operation_id="devices_list",
        parameters=[DevicesQuery],
        responses={200: DocumentedResponse(DevicePageSerializer), 404: problems.BAD_CURSOR},
    ),
    retrieve=extend_schema(operation_id="devices_read", responses=_ONE),
    partial_update=extend_schema(
        operation_id="devices_change",
        request=DeviceChangesSerializer,
        responses=_ONE,
    ),
)
class DeviceViewSet(GenericViewSet[Device]):
    """Devices: when each was heard of last, and which are silent for longer than they should be."""

    permission_model = Device
    api_tag = "devices"
    queryset = Device.objects.all()
    serializer_class = DeviceSerializer
    lookup_url_kwarg = "number"
    lookup_value_regex = json_schema.NUMBER

    def list(self, request: Request) -> Response:
        """List devices.

        Of the kinds whose records you may see. Follow `next` until it is null.
        """
        query = read_query(DevicesQuery(), request.query_params)
        identity = ["api", *(query.get(name, "") for name in _FILTERS)]
        after = cursors.read(query["cursor"], identity) if "cursor" in query else None
        filters = {name: query[name] for name in _FILTERS if name in query}
        wanted = Wanted(**filters, hidden=hidden_kinds(request.user))
        found, position = listing.page(wanted, after, query["page_size"])
        next_ = cursors.write(position, identity) if position else None
        results = DeviceSerializer(rows_of(found), many=True).data
        return Response(
            {
                "next": changed_url(request, "cursor", next_),
                "results": results,
            }
        )

    def retrieve(self, request: Request, number: str) -> Response:
        """Read a device.

        With the cause, if it is overdue.
        """
        return self._response(self._device())

    def partial_update(self, request: Request, number: str) -> Response:
        """Change a device.

        How often the device should send records, and whether it is ignored. Members that are not
        sent stay as they are.
        """
        device = self._device()
        changes = read_body(DeviceChangesSerializer(data=request.data))
        actor = Actor.from_request(request, Channel.API)
        return self._response(changing.change(device, changes, actor))

    def _device(self) -> Device:
        device = self.get_object()
        check_access(self.request.user, device.kind, "view")
        return device

    def _response(self, device: Device) -> Response:
        [row] = rows_of([device])
        return Response(DeviceSerializer(row).data)
