"""What the OpenAPI document tells of the imports API beyond what its views show."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiRequest,
    extend_schema,
    extend_schema_view,
)

from common.rest import openapi_problems as problems
from common.rest.openapi_problems import DocumentedResponse, ProblemDocument
from ingestion.api.inputs import (
    AnswerSerializer,
    ImportsQuery,
    PresignSerializer,
    RejectsQuery,
    UploadSerializer,
)
from ingestion.api.rejects.serializers import RejectPageSerializer
from ingestion.api.serializers import (
    ImportPageSerializer,
    ImportSerializer,
    PresignedUploadSerializer,
)

_NAME = "The file's name ends in .csv, .csv.gz, .csv.zst, .csv.bz2, .csv.zip, .xlsx or .ods."
_DISPOSITION = {"type": "string", "example": 'form-data; name="file"; filename="monday.csv"'}
_NAMED = {
    "file": {"headers": {"Content-Disposition": {"description": _NAME, "schema": _DISPOSITION}}}
}
_UPLOAD = OpenApiRequest(UploadSerializer, encoding=_NAMED)
_ONE: dict[Any, Any] = {200: DocumentedResponse(ImportSerializer)}
_ENDED = ProblemDocument("ImportEnded", 409, "import_ended", "The import has ended.")
_NOT_ENDED = ProblemDocument(
    "ImportNotEnded",
    409,
    "import_running",
    "The import runs, or rows of it are still being written.",
)
_NOT_WAITING = ProblemDocument(
    "NotWaiting", 409, "not_waiting", "The import does not wait for a format any more."
)
_NOTHING_TO_RUN = ProblemDocument(
    "NothingToRun",
    409,
    "import_done",
    "The import is running or done, or has no file that it may read.",
)
_NO_FORECAST = ProblemDocument(
    "NoForecast", 409, "no_forecast", "The import is not a forecast that has ended."
)

imports = extend_schema_view(
    list=extend_schema(
        parameters=[ImportsQuery],
        responses={200: DocumentedResponse(ImportPageSerializer), 404: problems.BAD_CURSOR},
    ),
    create=extend_schema(
        operation_id="imports_upload",
        request={"multipart/form-data": _UPLOAD},
        responses={201: DocumentedResponse(ImportSerializer, "Location")},
    ),
    presigned=extend_schema(
        operation_id="imports_presign",
        request=PresignSerializer,
        responses={201: DocumentedResponse(PresignedUploadSerializer, "Location")},
    ),
    retrieve=extend_schema(responses=_ONE),
    destroy=extend_schema(responses={204: DocumentedResponse(None), 409: _NOT_ENDED}),
    rejects=extend_schema(
        parameters=[
            RejectsQuery,
            OpenApiParameter("format", enum=["json", "csv"], description="Instead of `Accept`."),
        ],
        responses={
            (200, "application/json"): DocumentedResponse(RejectPageSerializer),
            (200, "text/csv"): DocumentedResponse(OpenApiTypes.STR),
        },
    ),
    cancel=extend_schema(request=None, responses={**_ONE, 409: _ENDED}),
    choose_format=extend_schema(
        operation_id="imports_format",
        request=AnswerSerializer,
        responses={**_ONE, 409: _NOT_WAITING},
    ),
    run=extend_schema(
        operation_id="imports_run", request=None, responses={**_ONE, 409: _NO_FORECAST}
    ),
    run_again=extend_schema(request=None, responses={**_ONE, 409: _NOTHING_TO_RUN}),
)
