"""The API of deletions: translates requests into calls of ingestion/running/ended/by_query."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.paging import keyset
from common.rest import json_schema
from common.rest.openapi_problems import BAD_CURSOR, DocumentedResponse, ProblemDocument
from common.rest.pages import changed_url
from common.rest.permissions import ModelPermissions
from common.rest.strict import read_body, read_query
from ingestion.api.deletions.serializers import (
    ConfirmSerializer,
    DeleteRecordsSerializer,
    DeletionPageSerializer,
    DeletionSerializer,
    DeletionsQuery,
)
from ingestion.api.requests import ANY_BODY, WrongState
from ingestion.running.ended.by_query import life
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.tasks import CeleryQueue
from messages_app import models
from messages_app.api.openapi.routes import OF_KIND
from messages_app.api.records import KindPermissions
from messages_app.kinds import access, registry
from messages_app.kinds.access import Access

_JSON: Any = api_settings.DEFAULT_PARSER_CLASSES
_ONE: dict[Any, Any] = {202: DocumentedResponse(DeletionSerializer)}
_WRONG_COUNT = ProblemDocument(
    "WrongCount",
    409,
    "wrong_count",
    "The confirmed number is not the counted one, or the deletion does not wait for confirmation.",
)
_NOT_NOW = ProblemDocument(
    "DeletionNotNow", 409, "not_now", "The deletion is in a state that does not allow this."
)


class OfAnyKind(ModelPermissions):
    """Those on records, of all kinds or of some; each deletion is for those of its own kind."""

    def may(self, user: Any, view: Any, action: str) -> bool:
        return access.may_with_any(user, action)


class DeletionViewSet(GenericViewSet[Deletion]):
    """Deletions of what a query matches: counted, confirmed, done in the background, restored."""

    permission_model = models.Message
    permission_classes = (OfAnyKind,)
    api_tag = "deletions"
    permission_action: str | None = None
    queryset = Deletion.objects.select_related("created_by")
    serializer_class = DeletionSerializer
    lookup_value_regex = json_schema.UUID

    def get_queryset(self) -> QuerySet[Deletion]:
        found = super().get_queryset()
        kinds = list(found.order_by().values_list("kind", flat=True).distinct())
        return found.filter(kind__in=access.viewable(self.request.user, kinds))

    @extend_schema(
        parameters=[DeletionsQuery],
        responses={200: DocumentedResponse(DeletionPageSerializer), 404: BAD_CURSOR},
    )
    def list(self, request: Request) -> Response:
        """List deletions.

        Newest first. Follow `next` until it is null.
        """
        asked = read_query(DeletionsQuery(), request.query_params)
        cursor, size = asked.get("cursor", ""), asked["page_size"]
        listed, cursor = keyset.page(self.get_queryset(), cursor, size, ["deletions"])
        following = changed_url(request, "cursor", cursor)
        shown: Any = listed
        results = DeletionSerializer(shown, many=True).data
        return Response({"next": following, "results": results})

    @extend_schema(responses={200: DocumentedResponse(DeletionSerializer)})
    def retrieve(self, request: Request, pk: str) -> Response:
        """Read a deletion.

        Its state, and how many records were counted, deleted and restored.
        """
        return Response(DeletionSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="deletions_run",
        request=ConfirmSerializer,
        responses={**_ONE, 409: _WRONG_COUNT},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="delete",
        serializer_class=ConfirmSerializer,
        parser_classes=_JSON,
    )
    def run(self, request: Request, pk: str) -> Response:
        """Confirm a deletion.

        Send the counted number, `matched`. No more records than these are deleted, and none that
        changes in between. A stopped deletion continues.
        """
        deletion = self._deletable()
        count = read_body(ConfirmSerializer(data=request.data))["count"]
        try:
            life.confirm(
                deletion,
                count,
                Actor.from_request(request, Channel.API),
                CeleryQueue(),
            )
        except life.WrongCount as error:
            sentence = f"{deletion.matched:,} records were counted: confirm this number."
            raise WrongState(sentence, "wrong_count") from error
        except life.NotNow as error:
            raise self._not_now(deletion) from error
        return self._answer()

    @extend_schema(operation_id="deletions_cancel", request=None, responses={**_ONE, 409: _NOT_NOW})
    @action(detail=True, methods=["post"], permission_action="delete", parser_classes=ANY_BODY)
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a deletion.

        Records that were deleted before can be restored.
        """
        deletion = self._deletable()
        if not life.cancel(deletion):
            raise self._not_now(deletion)
        return self._answer()

    @extend_schema(
        operation_id="deletions_restore", request=None, responses={**_ONE, 409: _NOT_NOW}
    )
    @action(detail=True, methods=["post"], permission_action="delete", parser_classes=ANY_BODY)
    def restore(self, request: Request, pk: str) -> Response:
        """Restore what was deleted.

        Records whose keys are free are put back, until `kept_until`.
        """
        deletion = self._deletable()
        if not Access(request.user, deletion.kind).add:
            raise PermissionDenied("To restore records you need the permission to make them.")
        try:
            life.restore(deletion, Actor.from_request(request, Channel.API), CeleryQueue())
        except life.NotNow as error:
            raise self._not_now(deletion) from error
        return self._answer()

    def _deletable(self) -> Deletion:
        deletion = self.get_object()
        if not Access(self.request.user, deletion.kind).delete:
            raise PermissionDenied("You may not delete records of this kind.")
        return deletion

    def _not_now(self, deletion: Deletion) -> WrongState:
        deletion.refresh_from_db()
        return WrongState(f"The deletion is {deletion.get_state_display()}.", "not_now")

    def _answer(self) -> Response:
        return Response(DeletionSerializer(self.get_object()).data, status.HTTP_202_ACCEPTED)


class DeleteRecordsView(GenericViewSet[Deletion]):
    """Asking for a deletion."""

    permission_model = models.Message
    permission_classes = (KindPermissions,)
    permission_action = "delete"
    api_tag = "records"
    serializer_class = DeleteRecordsSerializer
    parser_classes = _JSON
    queryset = Deletion.objects.none()

    @property
    def kind_name(self) -> str:
        return str(self.kwargs.get("kind", ""))

    @extend_schema(
        operation_id="records_delete_matching",
        parameters=[OF_KIND],
        request=DeleteRecordsSerializer,
        responses={202: DocumentedResponse(DeletionSerializer, "Location")},
    )
    def create(self, request: Request, kind: str) -> Response:
        """Delete what a query matches.

        Counts the records in the background. Nothing is deleted before you confirm the count with
        `POST /api/deletions/{id}/run/`. Deleted records can be restored for some time.
        """
        found = registry.find(kind)
        data = read_body(self.get_serializer(data=request.data))
        query = QueryDict(data.get("query", ""))
        life.query_of(found, query)
        keys = [(one["date"], one["time"]) for one in data["keys"]] if "keys" in data else None
        deletion = life.ask(found, query, keys, request.user, CeleryQueue())
        return Response(
            DeletionSerializer(deletion).data,
            status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("api-deletion-detail", [deletion.pk], request=request)},
        )
