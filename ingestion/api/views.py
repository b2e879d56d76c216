"""The imports API: translates requests into calls of imports, uploads and rejects."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings

from audit.actor import Actor, Channel
from common.rest import json_schema
from common.rest.pages import changed_url
from common.rest.streaming import CSVRenderer
from common.rest.strict import read_body, read_query
from ingestion.api import openapi, pagination
from ingestion.api.inputs import (
    AnswerSerializer,
    ImportsQuery,
    PresignSerializer,
    RejectsQuery,
    UploadSerializer,
)
from ingestion.api.rejects.actions import RejectActions
from ingestion.api.rejects.together import TogetherActions
from ingestion.api.requests import ANY_BODY, WrongState
from ingestion.api.serializers import ImportSerializer, PresignedUploadSerializer
from ingestion.api.undo.actions import UndoActions
from ingestion.api.verification import VerifyActions
from ingestion.formats import answers
from ingestion.models import TOO_LARGE, TOO_MANY_REJECTS, Import
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.rejects import download as rejects_file
from ingestion.rejects import store
from ingestion.rejects.mending.editing import with_mends
from ingestion.running import audit_log, lifecycle
from ingestion.running.ended import deletion
from ingestion.running.ended.verifying import account as verifications
from ingestion.running.tasks import CeleryQueue
from ingestion.uploads import presigned
from ingestion.uploads import streaming as upload


@openapi.imports
class ImportViewSet(UndoActions, TogetherActions, RejectActions, VerifyActions):
    """Imports: upload a file, watch it, mend its rejects, cancel it, run it again, delete it."""

    permission_model = Import
    api_tag = "imports"
    permission_action: str | None = None
    queryset = Import.objects.select_related("created_by", "format_version__format")
    serializer_class = ImportSerializer
    parser_classes = (MultiPartParser,)
    lookup_value_regex = json_schema.UUID

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
        """List imports.

        Imports, newest first. Filters can be combined; an unknown parameter is an error. Follow
        `next` until it is null; new imports do not shift the pages.

        For example `?state=failed`, or `?state=done&created_from=2019-05-28`.
        """
        found, cursor = pagination.page(
            self.get_queryset(), read_query(ImportsQuery(), request.query_params)
        )
        results = self.get_serializer(found, many=True).data
        return Response({"next": changed_url(request, "cursor", cursor), "results": results})

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read an import.

        Its state, its progress and its receipt, which says what happened to its rows.
        """
        return self._response(self.get_object())

    def create(self, request: Request) -> Response:
        """Upload a file.

        Sluice passes the file on to S3 while it arrives, so it may be large. The import exists when
        the answer comes. To send a file to S3 without this server, ask for an address with `POST
        /api/imports/presigned/`.

        For example `curl -H "Authorization: Token $TOKEN" -F file=@data.csv
        -F on_conflict=replace https://sluice.example/api/imports/`.
        """
        data = read_body(self.get_serializer(data=request.data))
        import_ = upload.finish(
            data["file"],
            data["on_conflict"],
            request.user,
            data["encoding"],
            data["kind"],
            data["format"],
            dry_run=data["dry_run"],
        )
        audit_log.log(Actor.from_request(request, Channel.API), audit_log.UPLOADED, import_)
        response = self._response(import_, status.HTTP_201_CREATED)
        response["Location"] = self._address(import_)
        return response

    @action(
        detail=False,
        methods=["post"],
        serializer_class=PresignSerializer,
        parser_classes=api_settings.DEFAULT_PARSER_CLASSES,
    )
    def presigned(self, request: Request) -> Response:
        """Ask for an address to upload to.

        Makes an import that waits for its file, and signs a form for S3. Post to `url`, as
        multipart form data, every one of `fields` and then the file as the last field, named
        `file`. S3 tells Sluice about the file, and the import starts. The upload must begin before
        `expires_at`; an import whose file does not come fails with the code `not_uploaded`, and one
        whose file is larger than `max_bytes` with `too_large`.
        """
        data = read_body(self.get_serializer(data=request.data))
        granted = presigned.presign(
            data["file_name"],
            data.get("size"),
            data["on_conflict"],
            data["encoding"],
            request.user,
            data["kind"],
            data["format"],
            dry_run=data["dry_run"],
        )
        audit_log.log(
            Actor.from_request(request, Channel.API), audit_log.ANNOUNCED, granted.import_record
        )
        return Response(
            PresignedUploadSerializer(granted).data,
            status.HTTP_201_CREATED,
            headers={"Location": self._address(granted.import_record)},
        )

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete an import.

        It must have ended. Its receipt and its rejected rows are deleted. Its records stay, and
        still name it as their `origin`; its file stays in the bucket, and is not imported again.
        """
        import_ = self.get_object()
        if not deletion.delete(import_):
            import_.refresh_from_db()
            raise WrongState(*deletion.why_not(import_))
        audit_log.deleted(Actor.from_request(request, Channel.API), import_)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, renderer_classes=[*api_settings.DEFAULT_RENDERER_CLASSES, CSVRenderer])
    def rejects(self, request: Request, pk: str) -> Response | StreamingHttpResponse:
        """List the rejected rows.

        As JSON, page by page, every row with all its faults. As CSV (`?format=csv` or
        `Accept: text/csv`), all of them as one file, whatever `page_size` is: the original columns,
        then `line` and `reason`. Mend it and upload it again. There is no file (404) when no row
        was rejected.
        """
        import_ = self.get_object()
        data = read_query(RejectsQuery(), request.query_params)
        if isinstance(request.accepted_renderer, CSVRenderer):
            return rejects_file.download(import_, data["after_line"])
        page, last = store.page(import_, data["after_line"], data["page_size"])
        results = [one.as_dict() for one in with_mends(import_, page)]
        after = None if last is None else str(last)
        return Response({"next": changed_url(request, "after_line", after), "results": results})

    @action(detail=True, methods=["post"], permission_action="change", parser_classes=ANY_BODY)
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel an import.

        Records that were written stay. The import can be run again later. This also stops taking an
        import back, and a verification.
        """
        import_ = self.get_object()
        actor = Actor.from_request(request, Channel.API)
        if verifications.cancel(import_):
            audit_log.log(actor, audit_log.VERIFICATION_STOPPED, import_)
            return self._response(self.get_object())
        if not lifecycle.cancel(import_):
            import_.refresh_from_db()
            raise WrongState(f"The import has ended: it is {import_.state}.", "import_ended")
        audit_log.log(actor, audit_log.CANCELLED, import_)
        return self._response(self.get_object())

    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        serializer_class=AnswerSerializer,
        parser_classes=api_settings.DEFAULT_PARSER_CLASSES,
        url_path="format",
    )
    def choose_format(self, request: Request, pk: str) -> Response:
        """Say which format a waiting file has.

        The import continues. With `all`, every other import that waits for the same answer
        continues too. To give up an import whose format nobody knows, use
        `POST /api/imports/{id}/cancel/`.
        """
        import_ = self.get_object()
        data = read_body(self.get_serializer(data=request.data))
        actor = Actor.from_request(request, Channel.API)
        try:
            went = answers.answer(
                import_,
                data["format"],
                actor,
                CeleryQueue(),
                is_for_all=data["all"],
                accepts_header=data["accept_header"],
            )
        except answers.NoSuchFormat as error:
            raise ValidationError({"format": [str(error)]}) from error
        except BadFormat as error:
            raise ValidationError(
                {path or "format": [fault] for path, fault in error.faults.items()}
            ) from error
        if not went:
            import_.refresh_from_db()
            raise WrongState(f"The import does not wait: it is {import_.state}.", "not_waiting")
        return self._response(self.get_object())

    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        parser_classes=ANY_BODY,
        url_path="run-again",
    )
    def run_again(self, request: Request, pk: str) -> Response:
        """Run an import again.

        A failed or cancelled import continues where it stopped. Rows that it wrote before are
        counted as they were then. An import that was taken back starts from the beginning.
        """
        import_ = self.get_object()
        if not lifecycle.run_again(import_, CeleryQueue()):
            import_.refresh_from_db()
            raise WrongState(*_why_not_again(import_))
        audit_log.ran_again(Actor.from_request(request, Channel.API), import_)
        return self._response(self.get_object())

    @action(detail=True, methods=["post"], permission_action="change", parser_classes=ANY_BODY)
    def run(self, request: Request, pk: str) -> Response:
        """Make a forecast real.

        The file of a forecast that has ended is imported, from its beginning.
        """
        import_ = self.get_object()
        if not lifecycle.make_real(import_, CeleryQueue()):
            import_.refresh_from_db()
            raise WrongState(*_why_not_real(import_))
        audit_log.log(Actor.from_request(request, Channel.API), audit_log.MADE_REAL, import_)
        return self._response(self.get_object())

    def _response(self, import_: Import, code: int = status.HTTP_200_OK) -> Response:
        return Response(ImportSerializer(import_, context={"one_for": self.request}).data, code)

    def _address(self, import_: Import) -> str:
        return reverse("api-import-detail", [import_.pk], request=self.request)


def _why_not_again(import_: Import) -> tuple[str, str]:
    """The sentence and the code."""
    if import_.is_at_work:
        return f"The import is running: it is {import_.state}.", "import_running"
    if not import_.identity:
        return "The import has no file: it was never uploaded.", "no_file"
    if import_.error_code == TOO_LARGE:
        return "The import's file is larger than was agreed upon; upload it again.", TOO_LARGE
    if import_.error_code == TOO_MANY_REJECTS:
        sentence = "Too many of its rows were rejected: correct the file and upload it again."
        return sentence, TOO_MANY_REJECTS
    return "The import is done; there is nothing to run again.", "import_done"


def _why_not_real(import_: Import) -> tuple[str, str]:
    """The sentence and the code."""
    if not import_.dry_run:
        return "The import is not a forecast.", "no_forecast"
    if import_.is_running:
        return f"The forecast is running: it is {import_.state}.", "import_running"
    return (
        "The forecast failed because of its file; correct the file and upload it again.",
        "no_forecast",
    )
