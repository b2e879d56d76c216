"""Imports are taken back through the API: translates requests into calls of
ingestion/running/ended/undo."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.rest.openapi_problems import DocumentedResponse, ProblemDocument
from common.rest.pages import changed_url
from common.rest.strict import read_body, read_query
from ingestion.api.inputs import RejectsQuery
from ingestion.api.requests import ANY_BODY, WrongState
from ingestion.api.serializers import ImportSerializer
from ingestion.api.undo.serializers import (
    LeftPageSerializer,
    LeftRecordSerializer,
    TakeBackSerializer,
)
from ingestion.models import Import
from ingestion.running import audit_log
from ingestion.running.ended.undo import beginning, left
from ingestion.running.ended.undo.beginning import CannotUndo
from ingestion.running.ended.undo.columns import WithoutCopy
from ingestion.running.tasks import CeleryQueue
from messages_app.kinds.access import Access

_CANNOT = ProblemDocument(
    "CannotTakeBack",
    409,
    "copies_gone",
    "The import runs, stored nothing, was taken back already, has no file any more, or replaced"
    " records of which no copies are kept.",
)


class UndoActions(GenericViewSet[Import]):
    """Taking imports back."""

    @extend_schema(
        operation_id="imports_undo",
        request=TakeBackSerializer,
        responses={202: DocumentedResponse(ImportSerializer), 409: _CANNOT},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        serializer_class=TakeBackSerializer,
        parser_classes=ANY_BODY,
    )
    def undo(self, request: Request, pk: str) -> Response:
        """Take an import back.

        In the background: its records are deleted unless somebody edited them since, and what they
        replaced is put back. Watch its `state`, `undoing` and then `undone`, and what became
        of its rows: `undo`. `cancel/` stops it half-way, the same request continues. An import that
        was taken back can be run again.
        """
        import_ = self.get_object()
        if not Access(request.user, import_.kind).delete:
            raise PermissionDenied(
                "To take an import back you need the permission to delete such records."
            )
        without_copy = read_body(self.get_serializer(data=request.data)).get("without_copy")
        try:
            without = WithoutCopy(without_copy) if without_copy else None
            beginning.take_back(import_, CeleryQueue(), without)
        except CannotUndo as error:
            raise WrongState(error.detail, error.code) from error
        audit_log.log(Actor.from_request(request, Channel.API), audit_log.TAKEN_BACK, import_)
        return Response(ImportSerializer(self.get_object()).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="imports_left",
        parameters=[RejectsQuery],
        responses={200: DocumentedResponse(LeftPageSerializer)},
    )
    @action(detail=True)
    def left(self, request: Request, pk: str) -> Response:
        """List the records that stayed.

        When an import was taken back: records that were edited since, with who edited them last,
        and such as replaced others of which no copy was kept any more.
        """
        import_ = self.get_object()
        if not Access(request.user, import_.kind).view:
            raise PermissionDenied("You may not see the records of this kind.")
        data = read_query(RejectsQuery(), request.query_params)
        page, last = left.page(import_, data["after_line"], data["page_size"])
        results: Any = LeftRecordSerializer(page, many=True).data
        return Response({"next": changed_url(request, "after_line", last), "results": results})
