"""The imports API: translates requests into calls of imports, uploads and rejects."""

from itertools import islice
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Door
from common.rest.streaming import CSVRenderer
from ingestion import audit_log
from ingestion.api import openapi, pagination
from ingestion.api.inputs import (
    ImportsQuery,
    PresignSerializer,
    RejectsQuery,
    UploadSerializer,
    read_query,
)
from ingestion.api.serializers import ImportSerializer, PresignedUploadSerializer
from ingestion.models import TOO_LARGE, Import
from ingestion.rejects import download as rejects_file
from ingestion.rejects import store
from ingestion.running import lifecycle
from ingestion.running.tasks import CeleryQueue
from ingestion.uploads import presigned
from ingestion.uploads import streaming as upload

# Of requests that need no body and may have any, such as a form with nothing but a CSRF token.
_ANY_BODY = [*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser, FormParser]


class WrongState(APIException):
    """The import is not in a state in which this can be done."""

    status_code = status.HTTP_409_CONFLICT


@openapi.imports
class ImportViewSet(GenericViewSet[Import]):
    """Imports: upload a file, watch it, see its rejects, cancel it, run it again."""

    permission_model = Import
    permission_action: str | None = None
    queryset = Import.objects.select_related("created_by")
    serializer_class = ImportSerializer
    pagination_class = None
    parser_classes = (MultiPartParser,)
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    @property
    def throttle_scope(self) -> str | None:
        """All rejects as one file are an export."""
        renderer = getattr(self.request, "accepted_renderer", None)
        return "exports" if isinstance(renderer, CSVRenderer) else None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if request.method == "POST" and self.action_map.get("post") == "create":
            upload.stream_to_s3(request)
        return super().initialize_request(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        # A file can be refused as soon as the body is read, which authentication may do.
        if isinstance(exc, upload.UploadRefused):
            exc = ValidationError({"file": [str(exc)]})
        return super().handle_exception(exc)

    def get_serializer_class(self) -> Any:
        return UploadSerializer if self.action == "create" else super().get_serializer_class()

    def list(self, request: Request) -> Response:
        found, cursor = pagination.page(self.get_queryset(), read_query(ImportsQuery, request))
        results = self.get_serializer(found, many=True).data
        return Response({"next": _changed_url(request, "cursor", cursor), "results": results})

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    def create(self, request: Request) -> Response:
        given = self._given(request)
        of = upload.finish(given["file"], given["on_conflict"], request.user, given["encoding"])
        audit_log.did(Actor.of(request, Door.API), audit_log.UPLOADED, of)
        answer = self._answer(of, status.HTTP_201_CREATED)
        answer["Location"] = self._address(of)
        return answer

    @action(
        detail=False,
        methods=["post"],
        serializer_class=PresignSerializer,
        parser_classes=api_settings.DEFAULT_PARSER_CLASSES,
    )
    def presigned(self, request: Request) -> Response:
        given = self._given(request)
        granted = presigned.presign(
            given["file_name"],
            given.get("size"),
            given["on_conflict"],
            given["encoding"],
            request.user,
        )
        audit_log.did(Actor.of(request, Door.API), audit_log.ANNOUNCED, granted.of)
        return Response(
            PresignedUploadSerializer(granted).data,
            status.HTTP_201_CREATED,
            headers={"Location": self._address(granted.of)},
        )

    @action(detail=True, renderer_classes=[*api_settings.DEFAULT_RENDERER_CLASSES, CSVRenderer])
    def rejects(self, request: Request, pk: str) -> Response | StreamingHttpResponse:
        of = self.get_object()
        given = read_query(RejectsQuery, request)
        if isinstance(request.accepted_renderer, CSVRenderer):
            return rejects_file.download(of, given["after_line"])
        size = given["page_size"]
        page = list(islice(store.stored(of, given["after_line"]), size + 1))
        shown = page[:size]
        last = str(shown[-1].line) if len(page) > size else None
        results = [store.as_dict(row) for row in shown]
        return Response({"next": _changed_url(request, "after_line", last), "results": results})

    @action(detail=True, methods=["post"], permission_action="change", parser_classes=_ANY_BODY)
    def cancel(self, request: Request, pk: str) -> Response:
        of = self.get_object()
        if not lifecycle.cancel(of):
            of.refresh_from_db()
            raise WrongState(f"The import has ended: it is {of.state}.", "import_ended")
        audit_log.did(Actor.of(request, Door.API), audit_log.CANCELLED, of)
        return self._answer(self.get_object())

    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        parser_classes=_ANY_BODY,
        url_path="run-again",
    )
    def run_again(self, request: Request, pk: str) -> Response:
        of = self.get_object()
        if not lifecycle.run_again(of, CeleryQueue()):
            of.refresh_from_db()
            raise WrongState(*_why_not_again(of))
        audit_log.ran_again(Actor.of(request, Door.API), of)
        return self._answer(self.get_object())

    def _given(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, of: Import, code: int = status.HTTP_200_OK) -> Response:
        return Response(ImportSerializer(of).data, code)

    def _address(self, of: Import) -> str:
        return reverse("api-import-detail", [of.pk], request=self.request)


def _why_not_again(of: Import) -> tuple[str, str]:
    """The sentence and the code."""
    if of.is_running:
        return f"The import is running: it is {of.state}.", "import_running"
    if not of.identity:
        return "The import has no file: it was never uploaded.", "no_file"
    if of.error_code == TOO_LARGE:
        return "The import's file is too large; upload it anew.", TOO_LARGE
    return "The import is done; there is nothing to run again.", "import_done"


def _changed_url(request: Request, parameter: str, value: str | None) -> str | None:
    """The address of the request with another value of a parameter; None without a value."""
    if value is None:
        return None
    return replace_query_param(request.build_absolute_uri(), parameter, value)
