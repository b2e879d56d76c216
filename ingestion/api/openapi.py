"""What the OpenAPI document tells of the imports API beyond what the views show by themselves."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from common.rest import openapi_problems as problems
from common.rest.openapi_problems import ProblemDocument
from ingestion.api.inputs import (
    ImportsQuery,
    PresignSerializer,
    RejectsQuery,
    Strict,
    UploadSerializer,
)
from ingestion.api.serializers import (
    ImportPageSerializer,
    ImportSerializer,
    PresignedUploadSerializer,
    RejectPageSerializer,
)
from messages_app.api.openapi import examples
from messages_app.schema.builtin import MESSAGE

_TAG = ["imports"]
_ID = "0b0f6a52-6a7f-4d55-8f0a-6a3f5b0a4a37"
_IMPORT = {
    "id": _ID,
    "bucket": "sluice-data",
    "key": f"uploads/2026-01-31/{_ID}/monday.csv",
    "state": "queued",
    "on_conflict": "keep",
    "encoding": "",
    "progress": {"bytes_total": 0, "bytes_done": 0, "chunks_total": 0, "chunks_done": 0},
    "receipt": {
        "read": 0,
        "written": 0,
        "unchanged": 0,
        "kept": 0,
        "replaced": 0,
        "rejected": 0,
    },
    "error": None,
    "created_at": "2026-01-31T08:15:00.250000Z",
    "finished_at": None,
    "created_by": "kim",
}
_NAMED = {
    "file": {
        "headers": {
            "Content-Disposition": {
                "description": "The file's name ends in .csv, .csv.gz, .csv.zst, .csv.bz2 or"
                " .csv.zip.",
                "schema": {
                    "type": "string",
                    "example": 'form-data; name="file"; filename="monday.csv"',
                },
            }
        }
    }
}
_LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    required=True,
    description="The address of the import.",
    response=[201],
)


class StrictInDocument(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """No other names than those that are told."""

    target_class = Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        told = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - the library's documented way
        return {**told, "additionalProperties": False}


def _response(import_: Any, title: str, example: Any) -> OpenApiResponse:
    return OpenApiResponse(import_, f"{title}.", [OpenApiExample(title, example)])


_ONE = _response(ImportSerializer, "The import", _IMPORT)
_ENDED = ProblemDocument(
    "ImportEnded",
    409,
    "The import has ended.",
    "import_ended",
    "The import has ended: it is done.",
)
_NOTHING_TO_RUN = ProblemDocument(
    "NothingToRun",
    409,
    "The import is running or done, or has no file that it may read.",
    "import_done",
    "The import is done; there is nothing to run again.",
)
_COLUMN = MESSAGE.names[-1]
_CELLS = [*map(str, list(examples.NEW_MESSAGE.values())[:-1]), "n/a"]
_REJECT = {
    "line": 7,
    "faults": [
        {
            "column": _COLUMN,
            "value": "n/a",
            "code": "not_a_number",
            "detail": "is not a number",
        }
    ],
    "row": _CELLS,
}
_REJECTS_FILE = (
    f"{','.join(MESSAGE.names)},line,reason\r\n{','.join(_CELLS)},7,{_COLUMN} is not a number\r\n"
)

imports = extend_schema_view(
    list=extend_schema(
        operation_id="imports_list",
        summary="List imports",
        description="Imports, newest first. Filters can be combined; an unknown parameter is an"
        " error. Follow `next` until it is null; new imports do not shift the pages.",
        tags=_TAG,
        parameters=[ImportsQuery],
        responses={
            200: _response(ImportPageSerializer, "A page", {"next": None, "results": [_IMPORT]}),
            404: problems.BAD_CURSOR,
        },
    ),
    create=extend_schema(
        operation_id="imports_upload",
        summary="Upload a file",
        description="The file goes on to S3 while it arrives, so it may be large; its import has"
        " begun when the answer comes. For files that should not go through this server, ask for"
        " an address of S3 with `POST /api/imports/presigned/`.",
        tags=_TAG,
        parameters=[_LOCATION],
        request={"multipart/form-data": OpenApiRequest(UploadSerializer, encoding=_NAMED)},
        responses={201: _ONE},
        examples=[
            OpenApiExample(
                "A file that wins over what is there",
                {"on_conflict": "replace", "encoding": "windows-1252", "file": "(the file)"},
                request_only=True,
                media_type="multipart/form-data",
            ),
        ],
    ),
    presigned=extend_schema(
        operation_id="imports_presign",
        summary="Ask for an address to upload to",
        description="Makes an import that waits for its file, and signs a form for S3. Post to"
        " `url`, as multipart form data, every one of `fields` and then the file as the last"
        " field, named `file`. S3 tells Sluice, and the import begins by itself. The upload must"
        f" begin within {settings.PRESIGNED_SECONDS // 60} minutes; an import whose file"
        " does not come fails with the code `not_uploaded`, and one whose file is larger than"
        " `max_bytes` with `too_large`.",
        tags=_TAG,
        parameters=[_LOCATION],
        request=PresignSerializer,
        responses={201: PresignedUploadSerializer},
        examples=[
            OpenApiExample(
                "A file whose size is known",
                {"file_name": "monday.csv", "size": 120000, "on_conflict": "keep"},
                request_only=True,
            ),
            OpenApiExample(
                "The form for S3",
                {
                    "import": _IMPORT,
                    "url": "https://sluice-data.s3.amazonaws.com/",
                    "fields": {
                        "key": _IMPORT["key"],
                        "x-amz-algorithm": "AWS4-HMAC-SHA256",
                        "x-amz-credential": "…/20260131/us-east-1/s3/aws4_request",
                        "x-amz-date": "20260131T081500Z",
                        "policy": "eyJleHBpcmF0aW9u…",
                        "x-amz-signature": "9f2c…",
                    },
                    "expires_at": "2026-01-31T08:30:00.250000Z",
                    "max_bytes": 120000,
                },
                response_only=True,
                status_codes=["201"],
            ),
        ],
    ),
    retrieve=extend_schema(
        operation_id="imports_retrieve",
        summary="Look at an import",
        description="Its state, its progress, and the receipt: what became of its rows.",
        tags=_TAG,
        responses={200: _ONE},
    ),
    rejects=extend_schema(
        operation_id="imports_rejects",
        summary="See the rejected rows",
        description="As JSON, page by page, every row with all its faults. As CSV"
        " (`?format=csv` or `Accept: text/csv`), all of them as one file, whatever `page_size` is:"
        " the original columns, then `line` and `reason`. Mend it and upload it again. There is no"
        " file (404) when no row was rejected.",
        tags=_TAG,
        parameters=[
            RejectsQuery,
            OpenApiParameter("format", enum=["json", "csv"], description="Instead of `Accept`."),
        ],
        responses={
            (200, "application/json"): _response(
                RejectPageSerializer, "A page", {"next": None, "results": [_REJECT]}
            ),
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR,
                "A page, or the file.",
                [OpenApiExample("The file", _REJECTS_FILE, media_type="text/csv")],
            ),
        },
    ),
    cancel=extend_schema(
        operation_id="imports_cancel",
        summary="Cancel an import",
        description="What was written stays. The import can be run again later.",
        tags=_TAG,
        request=None,
        responses={200: _ONE, 409: _ENDED},
    ),
    run_again=extend_schema(
        operation_id="imports_run_again",
        summary="Run an import again",
        description="An import that failed or was cancelled goes on with what was left to do."
        " Rows that it wrote already are counted as they were.",
        tags=_TAG,
        request=None,
        responses={200: _ONE, 409: _NOTHING_TO_RUN},
    ),
)
