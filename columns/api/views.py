"""The API of what is asked of many records."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from columns.api.exports import answered
from columns.api.parameters import SummaryQuery
from columns.asking.ask import ask
from columns.asking.question import answer_as_json
from common.rest import json_schema
from common.rest.json_schema import JSONSchema, list_of, object_of
from common.rest.openapi_problems import DocumentedResponse
from messages_app.api.openapi.routes import OF_KIND
from messages_app.api.records import RecordViewSet

# How new an answer is.
AGE: JSONSchema = {
    "as_of": {**json_schema.MOMENT, "description": "The records are as they were then."},
    "complete": {
        "type": "boolean",
        "description": "False while records of some days are missing, or older ones.",
    },
}
_COUNT: JSONSchema = {"type": "integer", "minimum": 0}
_NUMBER: JSONSchema = {"type": "number", "nullable": True}
_POINT = object_of(
    "The records of a group in one span of time.",
    {"start": json_schema.MOMENT, "count": _COUNT}
    | dict.fromkeys(("mean", "min", "max", "p10", "p90"), _NUMBER),
)
_GROUP_MEMBERS: JSONSchema = {
    "name": {
        "type": "string",
        "nullable": True,
        "description": "Null for records without a value, and where all are one group.",
    },
    "count": _COUNT,
    **dict.fromkeys(("mean", "min", "max", "p50", "p95"), _NUMBER),
    "last": {**json_schema.MOMENT, "description": "Of the newest record."},
}
_COMPONENTS: JSONSchema = {
    "SummaryPoint": _POINT,
    "SummaryGroup": object_of(
        "Records with one value of the field `by`. Numbers are null where no record has a measure.",
        _GROUP_MEMBERS | {"series": list_of(json_schema.reference("SummaryPoint"))},
        list(_GROUP_MEMBERS),
    ),
    "Summary": object_of(
        "The records of a query summed up, the largest group first.",
        {
            **AGE,
            "groups": list_of(json_schema.reference("SummaryGroup")),
        },
    ),
}


class SummaryViewSet(RecordViewSet):
    """Records of a kind, summed up."""

    @property
    def query_serializer(self) -> SummaryQuery:
        return SummaryQuery(self.records)

    @property
    def api_components(self) -> JSONSchema:
        return _COMPONENTS

    def get_extra_action_url_map(self) -> dict[str, str]:
        return {}

    @extend_schema(
        operation_id="api_records_summary",
        parameters=[OF_KIND],
        responses={200: DocumentedResponse("Summary")},
    )
    def summary(self, request: Request, **_: Any) -> Response:
        """Sum up records.

        All that the parameters match, over any number of days: how many there are, and mean, min,
        max and percentiles of a number, in groups and over time. Numbers are right to 15 digits;
        percentiles are interpolated. `complete` is false while some days changed since they were
        last read: the answer then has what was there at `as_of`, or nothing, of these days.

        For example `?by=location&measure=remote_avg&date_from=2019-05-20`, or
        `?measure=local_avg&bucket=hour&date=2019-05-28`.
        """
        question = SummaryQuery(self.records).question(request.query_params)
        with answered():
            found = ask(self.kind, question)
        return Response(answer_as_json(found, question))
