"""Open rejects with one fault are mended together through the API: by a value for their column, or
by an option of their format."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from audit.actor import Actor, Channel
from common.rest.openapi_problems import ADDRESS_TOO_LONG, INVALID, DocumentedResponse
from common.rest.strict import read_body, read_query
from ingestion.api.rejects.mendable import NOT_NOW, Mendable, refused
from ingestion.api.rejects.serializers import (
    CuredSerializer,
    CureSerializer,
    CuresSerializer,
    FaultNameSerializer,
    ReplacedSerializer,
    ReplaceSerializer,
)
from ingestion.api.requests import WrongState
from ingestion.formats import audit_log as format_log
from ingestion.models import Import
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.rejects.mending import across, bulk, cures, editing
from ingestion.rejects.mending.across import RejectGroup
from ingestion.rejects.mending.bulk import FaultName
from ingestion.running import audit_log
from ingestion.running.tasks import CeleryQueue

_JSON = api_settings.DEFAULT_PARSER_CLASSES


class TogetherActions(Mendable):
    """What is done to all open rejects of an import with one fault."""

    @extend_schema(
        operation_id="imports_replace_in_rejects",
        request=ReplaceSerializer,
        responses={200: DocumentedResponse(ReplacedSerializer), 409: NOT_NOW},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        serializer_class=ReplaceSerializer,
        parser_classes=_JSON,
        url_path="rejects/replace",
    )
    def replace_in_rejects(self, request: Request, pk: str) -> Response:
        """Mend all rows with a fault.

        Writes `new` into the column of all open rows with this fault, with `old` only where the
        cell has that. Each row is checked as it will be when it is loaded.
        """
        import_ = self.mendable()
        data = read_body(self.get_serializer(data=request.data))
        with refused():
            outcome = bulk.replace(
                import_, _fault(data), data.get("old"), data["new"], request.user
            )
        actor = Actor.from_request(request, Channel.API)
        audit_log.log(actor, audit_log.REJECTS_MENDED, import_, rows=outcome.changed)
        counts = {"changed": outcome.changed, "ready": outcome.ready}
        return Response({**counts, "is_whole": outcome.is_whole})

    @extend_schema(
        operation_id="imports_list_cures",
        parameters=[FaultNameSerializer],
        responses={
            200: DocumentedResponse(CuresSerializer),
            400: INVALID,
            409: NOT_NOW,
            414: ADDRESS_TOO_LONG,
        },
    )
    @action(
        detail=True,
        methods=["get"],
        permission_action="change",
        url_path="rejects/cures",
    )
    def list_cures(self, request: Request, pk: str) -> Response:
        """List options of the format that mend a fault.

        Options of the format that make rows with this fault valid, tried on the first of these
        rows: a decimal mark, the form and zone of times, a text for no value.
        """
        import_ = self.mendable()
        asked = read_query(FaultNameSerializer(), request.query_params)
        with refused():
            group = _group(import_, asked)
            found = cures.cures(group, across.samples(group))
        results = [
            {"key": one.key, "text": one.text, "good": one.good, "looked_at": one.looked_at}
            for one in found
        ]
        return Response({"results": results})

    @extend_schema(
        operation_id="imports_cure_rejects",
        request=CureSerializer,
        responses={201: DocumentedResponse(CuredSerializer), 409: NOT_NOW},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        serializer_class=CureSerializer,
        parser_classes=_JSON,
        url_path="rejects/cure",
    )
    def cure_rejects(self, request: Request, pk: str) -> Response:
        """Mend a fault with an option of the format.

        Makes the format's next version with this option. The rows of this import that are valid by
        it are read again, as an import of their own. You also need the permission to change
        formats.
        """
        import_ = self.mendable()
        if not request.user.has_perm("ingestion.change_format"):
            raise PermissionDenied(
                "To mend rows with the format you need the permission to change formats."
            )
        data = read_body(self.get_serializer(data=request.data))
        with refused():
            group = _group(import_, data)
            try:
                version, children, rows = cures.apply(
                    group, data["cure"], request.user, CeleryQueue().plan
                )
            except BadFormat as error:
                raise WrongState(str(error), "bad_format") from error
        actor = Actor.from_request(request, Channel.API)
        format_log.log(actor, format_log.CHANGED, version.format, rejects=rows)
        for child in children:
            audit_log.log(actor, audit_log.REJECTS_LOADED, import_, child=str(child.pk))
        body = {"format": version.format_id, "version": version.number, "rows": rows}
        imports = [str(child.pk) for child in children]
        return Response({**body, "imports": imports}, status.HTTP_201_CREATED)


def _group(import_: Import, data: Any) -> RejectGroup:
    """The open rows with a fault. Raises what ``refused`` knows."""
    editing.check_ended(import_)
    return across.of_import(import_, _fault(data))


def _fault(data: Any) -> FaultName:
    return FaultName(data["code"], data["column"])
