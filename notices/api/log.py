"""The API of the log of notices: what went where, and having it sent once more."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.rest import json_schema
from common.rest.openapi_problems import BAD_CURSOR, DocumentedResponse
from common.rest.pages import changed_url
from common.rest.strict import read_query
from notices import choosing
from notices.api.serializers import NoticePageSerializer, NoticeSerializer, NoticesQuery
from notices.logged import listing
from notices.models import Notice


class NoticeViewSet(GenericViewSet[Notice]):
    """What was sent to whom."""

    permission_model = Notice
    permission_action: str | None = None
    api_tag = "notices"
    queryset = Notice.objects.all()
    serializer_class = NoticeSerializer
    lookup_value_regex = json_schema.UUID

    @extend_schema(
        parameters=[NoticesQuery],
        responses={200: DocumentedResponse(NoticePageSerializer), 404: BAD_CURSOR},
    )
    def list(self, request: Request) -> Response:
        """List notices.

        Newest first. Follow `next` until it is null.
        """
        asked = read_query(NoticesQuery(), request.query_params)
        state, cursor = asked.get("state", ""), asked.get("cursor", "")
        listed, following = listing.page(state, cursor, asked["page_size"])
        shown: Any = listed
        return Response(
            {
                "next": changed_url(request, "cursor", following),
                "results": NoticeSerializer(shown, many=True).data,
            }
        )

    @extend_schema(responses={200: DocumentedResponse(NoticeSerializer)})
    def retrieve(self, request: Request, pk: str) -> Response:
        """Read a notice.

        Where it went, what was answered, and when it is tried next.
        """
        return Response(NoticeSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="notices_send",
        request=None,
        responses={202: DocumentedResponse(NoticeSerializer)},
    )
    @action(detail=True, methods=["post"], permission_action="change")
    def send(self, request: Request, pk: str) -> Response:
        """Send a notice again.

        Sends it now, whatever its state, with the same id.
        """
        choosing.send_again(self.get_object(), Actor.from_request(request, Channel.API))
        return Response(NoticeSerializer(self.get_object()).data, status.HTTP_202_ACCEPTED)
