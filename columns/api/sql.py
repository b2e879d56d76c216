"""The API of statements in SQL."""

from typing import Any

import simplejson
from django.conf import settings
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from columns.api.views import AGE
from columns.asking.question import moment_text
from columns.asking.sql.process import MAX_ROWS, NotRun
from columns.asking.sql.running import FORMATS, Busy, Result, run
from columns.downloads import BUSY, MEDIA_TYPES, result_response
from columns.engine import readable
from columns.models import Statement
from common.rest import json_schema
from common.rest.json_schema import JSONSchema, list_of, object_of
from common.rest.openapi_problems import DocumentedResponse
from common.rest.strict import Strict, read_body

_COMPONENTS: JSONSchema = {
    "StatementColumn": object_of(
        "A column of a result.",
        {
            "name": {"type": "string"},
            "type": {"type": "string", "description": "DuckDB's name of its type."},
        },
    ),
    "StatementResult": object_of(
        "The rows, and what they are.",
        {
            **AGE,
            "columns": list_of(json_schema.reference("StatementColumn")),
            "rows": {"type": "array", "items": {"type": "array", "items": {}}},
            "more": {
                "type": "boolean",
                "description": f"Whether there are more than the first {MAX_ROWS:,} rows.",
            },
        },
    ),
}


class NobodyWaits(APIException):
    """Retry-After tells when it may be worth another try."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "busy"
    default_detail = f"{BUSY}."
    wait = 10


class StatementSerializer(Strict):
    """A statement to run."""

    sql = serializers.CharField(
        trim_whitespace=False, help_text="One SELECT over the kinds, which are tables here."
    )
    format = serializers.ChoiceField(FORMATS, default=FORMATS[0], help_text="Of the answer.")


class StatementViewSet(GenericViewSet[Statement]):
    """Statements over the records of all kinds."""

    permission_model = Statement
    permission_action = "run"
    throttle_scope = "exports"
    api_tag = "sql"
    serializer_class = StatementSerializer
    queryset = Statement.objects.none()
    api_components = _COMPONENTS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not settings.COLUMNS_SQL:
            raise Http404

    @extend_schema(
        operation_id="api_sql",
        request=StatementSerializer,
        responses={
            (200, "application/json"): DocumentedResponse("StatementResult"),
            (200, "text/csv"): DocumentedResponse(OpenApiTypes.STR),
            (200, "application/vnd.apache.parquet"): DocumentedResponse(OpenApiTypes.BINARY),
        },
    )
    def run(self, request: Request) -> Response | FileResponse:
        """Run SQL.

        One `SELECT` over the kinds that you may see: each is a table by its name, with a column for
        each field, and `_date`, `_time`, `_at`, `_import` and `_line`. Conditions on `_date` in the
        `WHERE` say which days are read. The answer has the first 10,000 rows as JSON, or all of
        them as a file of the `format` `csv` or `parquet`, whose headers `As-Of` and `Complete` say
        what `as_of` and `complete` say in JSON. Time and memory are bounded.

        For example `SELECT location, max(remote_avg) AS worst FROM messages WHERE _date >=
        '2019-05-20' GROUP BY location ORDER BY worst DESC`.
        """
        data = read_body(StatementSerializer(data=request.data))
        format_ = data["format"]
        result = _result(request, data["sql"], format_)
        if format_ in MEDIA_TYPES:
            return result_response(result, format_)
        with result.file as file:
            found = simplejson.loads(file.read(), use_decimal=True)
        freshness = {"as_of": moment_text(result.as_of), "complete": result.is_complete}
        return Response(freshness | found)


def _result(request: Request, statement: str, format_: str) -> Result:
    try:
        with readable():
            return run(Actor.from_request(request, Channel.API), statement, format_, MAX_ROWS)
    except NotRun as error:
        raise ValidationError({"sql": [ErrorDetail(str(error), "not_run")]}) from error
    except Busy as error:
        raise NobodyWaits from error
