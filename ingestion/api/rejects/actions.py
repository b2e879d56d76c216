"""Rejects are mended through the API: translates requests into calls of ingestion/rejects."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings

from audit.actor import Actor, Channel
from common.rest.openapi_problems import DocumentedResponse
from common.rest.strict import read_body
from ingestion.api.rejects.mendable import NOT_NOW, Mendable, refused
from ingestion.api.rejects.serializers import (
    IgnoreSerializer,
    LetGoSerializer,
    MendedRejectSerializer,
    MendSerializer,
)
from ingestion.api.requests import ANY_BODY
from ingestion.api.serializers import ImportSerializer
from ingestion.models import Import
from ingestion.rejects.mending import bulk, editing
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.checking import Checker
from ingestion.rejects.mending.editing import MendedReject
from ingestion.running import audit_log
from ingestion.running.tasks import CeleryQueue

_JSON = api_settings.DEFAULT_PARSER_CLASSES
_LINE = OpenApiParameter(
    "line", OpenApiTypes.INT64, OpenApiParameter.PATH, description="Where the row begins."
)


class RejectActions(Mendable):
    """What is done to the rejects of an import."""

    @extend_schema(
        methods=["patch"],
        operation_id="imports_mend_reject",
        parameters=[_LINE],
        request=MendSerializer,
        responses={200: DocumentedResponse(MendedRejectSerializer), 409: NOT_NOW},
    )
    @action(
        detail=True,
        methods=["patch"],
        permission_action="change",
        serializer_class=MendSerializer,
        parser_classes=_JSON,
        url_path="rejects/(?P<line>[0-9]{1,15})",
    )
    def mend_reject(self, request: Request, pk: str, line: str) -> Response:
        """Mend a rejected row.

        The row is checked as it will be when it is loaded, and kept as it is sent: `ready` when
        nothing is wrong with it, else `open`, with what is. Nothing is stored in the table before
        the rows are loaded.
        """
        import_ = self.mendable()
        data = read_body(self.get_serializer(data=request.data))
        with refused():
            found = editing.one(import_, int(line))
            cells = data["row"] if "row" in data else _with_values(import_, found, data["values"])
            mended = editing.edit(import_, int(line), cells, request.user)
        return Response(mended.as_dict())

    @extend_schema(
        operation_id="imports_put_back_reject",
        parameters=[_LINE],
        responses={200: DocumentedResponse(MendedRejectSerializer), 409: NOT_NOW},
    )
    @mend_reject.mapping.delete
    def put_back_reject(self, request: Request, pk: str, line: str) -> Response:
        """Put a rejected row back.

        It is open again, and as it is in the file.
        """
        with refused():
            return Response(editing.put_back(self.mendable(), int(line)).as_dict())

    @extend_schema(
        operation_id="imports_load_rejects",
        request=None,
        responses={201: DocumentedResponse(ImportSerializer, "Location"), 409: NOT_NOW},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        parser_classes=ANY_BODY,
        url_path="rejects/load",
    )
    def load_rejects(self, request: Request, pk: str) -> Response:
        """Load the rows that are ready.

        Makes an import of these rows alone. It has its own receipt, and its `parent` is this
        import. It takes up to 10,000 rows; send the request again for the others. Rows that are
        rejected again are open again.
        """
        import_ = self.mendable()
        with refused():
            child = editing.load(import_, request.user, CeleryQueue().plan)
        actor = Actor.from_request(request, Channel.API)
        audit_log.log(actor, audit_log.REJECTS_LOADED, import_, child=str(child.pk))
        return Response(
            ImportSerializer(child).data,
            status.HTTP_201_CREATED,
            headers={"Location": reverse("api-import-detail", [child.pk], request=request)},
        )

    @extend_schema(
        operation_id="imports_ignore_rejects",
        request=IgnoreSerializer,
        responses={200: DocumentedResponse(LetGoSerializer), 409: NOT_NOW},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        serializer_class=IgnoreSerializer,
        parser_classes=_JSON,
        url_path="rejects/ignore",
    )
    def ignore_rejects(self, request: Request, pk: str) -> Response:
        """Let go of rejected rows.

        The rows are settled without being loaded. `PATCH` or `DELETE` of a row opens it again.
        """
        import_ = self.mendable()
        data = read_body(self.get_serializer(data=request.data))
        with refused():
            outcome = _let_go(import_, data, request.user)
        actor = Actor.from_request(request, Channel.API)
        audit_log.log(actor, audit_log.REJECTS_LET_GO, import_, rows=outcome.changed)
        import_.refresh_from_db()
        counts = {"let_go": outcome.changed, "open": import_.open_rejects}
        return Response({**counts, "is_whole": outcome.is_whole})


def _let_go(import_: Import, data: Mapping[str, Any], user: Any) -> bulk.Mended:
    if "lines" in data:
        found = [editing.one(import_, line).reject for line in sorted(set(data["lines"]))]
        return bulk.Mended(editing.let_go(import_, found, user))
    name = FaultName(data["code"], data.get("column", "")) if "code" in data else None
    return bulk.let_go(import_, name, user)


def _with_values(import_: Import, found: MendedReject, values: Mapping[str, str]) -> list[str]:
    """The row's cells with some of them changed. Raises ValidationError and FileError."""
    checker = Checker(import_)
    cells = editing.padded(found.cells, checker.header)
    for name, value in values.items():
        places = checker.places_of(name)
        if len(places) != 1:
            raise ValidationError({"values": {name: ["is not a column of the file"]}})
        cells[places[0]] = value
    return cells
