"""The imports API."""

from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from ingestion import imports, rejects, upload
from ingestion.api.serializers import import_as_json
from ingestion.models import Import, OnConflictChoice, State

_REJECTS_A_PAGE = 100


class NewestFirst(CursorPagination):
    """Pages of imports; a new import does not shift the pages that follow."""

    ordering = "-created_at"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class ImportViewSet(GenericViewSet[Import]):
    """Imports: upload a file, watch it, see its rejects, cancel it."""

    permission_model = Import
    permission_action: str | None = None
    queryset = Import.objects.all()
    pagination_class = NewestFirst
    parser_classes = (MultiPartParser,)
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        upload.stream_to_s3(request)
        return super().initialize_request(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        # A file can be refused as soon as the body is read, which authentication may do.
        if isinstance(exc, upload.UploadRefused):
            exc = ValidationError({"file": [str(exc)]})
        return super().handle_exception(exc)

    def list(self, request: Request) -> Response:
        found = self.get_queryset()
        state = request.query_params.get("state")
        if state:
            if state not in State.values:
                raise ValidationError({"state": [f"must be one of {', '.join(State.values)}"]})
            found = found.filter(state=state)
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response([import_as_json(of) for of in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(import_as_json(self._import(pk)))

    def create(self, request: Request) -> Response:
        """Upload a file as multipart form data: ``file``, and ``on_conflict`` if not *keep*,
        and ``encoding`` if it is neither UTF-8 nor UTF-16 with a byte order mark."""
        form: Any = request.data
        uploaded = form.get("file")
        if uploaded is None or isinstance(uploaded, str):
            raise ValidationError({"file": ["is missing: send it as multipart form data"]})
        encoding = str(form.get("encoding", ""))
        of = upload.finish(uploaded, _on_conflict(form), request.user, encoding)
        return Response(import_as_json(of), status.HTTP_201_CREATED)

    @action(detail=True)
    def rejects(self, request: Request, pk: str) -> Response:
        """The rejected rows behind a line, a page at a time."""
        of = self._import(pk)
        after = request.query_params.get("after_line", "0")
        if not after.isascii() or not after.isdigit():
            raise ValidationError({"after_line": ["must be a line number"]})
        page = list(islice(rejects.stored(of, int(after[:18])), _REJECTS_A_PAGE + 1))
        shown = page[:_REJECTS_A_PAGE]
        next_url = None
        if len(page) > len(shown):
            url = f"{request.path}?after_line={shown[-1].line}"
            next_url = request.build_absolute_uri(url)
        return Response({"next": next_url, "results": [rejects.as_dict(row) for row in shown]})

    @action(detail=True, methods=["post"], permission_action="change")
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop the import; what was written stays. 409 when it has ended."""
        of = self._import(pk)
        if not imports.cancel(of):
            return Response(
                {"detail": f"The import has ended: it is {of.state}."}, status.HTTP_409_CONFLICT
            )
        return Response(import_as_json(self._import(pk)))

    def _import(self, pk: str) -> Import:
        return get_object_or_404(Import, pk=pk)


def _on_conflict(data: Any) -> str:
    given = str(data.get("on_conflict", OnConflictChoice.KEEP))
    if given not in OnConflictChoice.values:
        raise ValidationError(
            {"on_conflict": [f"must be one of {', '.join(OnConflictChoice.values)}"]}
        )
    return given
