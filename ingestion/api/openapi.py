"""What the OpenAPI document tells of the imports API beyond what its views show."""

from typing import Any

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
from ingestion.api.inputs import ImportsQuery, PresignSerializer, RejectsQuery, UploadSerializer
from ingestion.api.serializers import (
    ImportPageSerializer,
    ImportSerializer,
    PresignedUploadSerializer,
    RejectPageSerializer,
)

_NAME = "The file's name ends in .csv, .csv.gz, .csv.zst, .csv.bz2 or .csv.zip."
_DISPOSITION = {"type": "string", "example": 'form-data; name="file"; filename="monday.csv"'}
_NAMED = {
    "file": {"headers": {"Content-Disposition": {"description": _NAME, "schema": _DISPOSITION}}}
}
_LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    required=True,
    description="The address of the import.",
    response=[201],
)
_ENDED = ProblemDocument("ImportEnded", 409, "import_ended", "The import has ended.")
_NOTHING_TO_RUN = ProblemDocument(
    "NothingToRun",
    409,
    "import_done",
    "The import is running or done, or has no file that it may read.",
)


def _one(code: int = 200) -> dict[Any, Any]:
    return {code: OpenApiResponse(ImportSerializer, "The import.")}


def _page(serializer: Any, media_type: str = "application/json") -> dict[Any, Any]:
    return {(200, media_type): OpenApiResponse(serializer, "A page.")}


imports = extend_schema_view(
    list=extend_schema(
        parameters=[ImportsQuery],
        responses={**_page(ImportPageSerializer), 404: problems.BAD_CURSOR},
    ),
    create=extend_schema(
        operation_id="imports_upload",
        parameters=[_LOCATION],
        request={"multipart/form-data": OpenApiRequest(UploadSerializer, encoding=_NAMED)},
        responses=_one(201),
    ),
    presigned=extend_schema(
        operation_id="imports_presign",
        parameters=[_LOCATION],
        request=PresignSerializer,
        responses={201: PresignedUploadSerializer},
    ),
    retrieve=extend_schema(responses=_one()),
    rejects=extend_schema(
        parameters=[
            RejectsQuery,
            OpenApiParameter("format", enum=["json", "csv"], description="Instead of `Accept`."),
        ],
        responses={
            **_page(RejectPageSerializer),
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR,
                "A page, or the file.",
                [OpenApiExample("The file", "…,line,reason\r\n…,7,…\r\n", media_type="text/csv")],
            ),
        },
    ),
    cancel=extend_schema(request=None, responses={**_one(), 409: _ENDED}),
    run_again=extend_schema(request=None, responses={**_one(), 409: _NOTHING_TO_RUN}),
)
