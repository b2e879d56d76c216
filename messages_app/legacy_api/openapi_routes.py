"""What the OpenAPI document tells of the ancestor's contract."""

from copy import deepcopy
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers

from common.rest.json_schema import DATE, TIME, JSONSchema
from messages_app.api.openapi import examples
from messages_app.legacy_api import keys, openapi_bodies

_JSON = "application/json"
_LAST = {"date": examples.DATE, "time": examples.TIME}


class Body(serializers.Serializer[Any]):
    """Stands for a JSON Schema; the class's name is that of the component."""

    json_schema: ClassVar[JSONSchema]


class AncestorNewRecord(Body):
    json_schema = openapi_bodies.NEW_RECORD


class AncestorChange(Body):
    json_schema = openapi_bodies.CHANGE


class AncestorPage(Body):
    json_schema = openapi_bodies.PAGE


class AncestorRecord(Body):
    json_schema = openapi_bodies.RECORD


class AncestorError(Body):
    json_schema = openapi_bodies.ERROR


class BodyInDocument(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> JSONSchema:
        return deepcopy(self.target.json_schema)


def _route(operation_id: str, summary: str, description: str, **more: Any) -> Any:
    return extend_schema(
        operation_id=f"ancestor_{operation_id}",
        summary=summary,
        description=description,
        tags=["ancestor"],
        **more,
    )


def _responses(code: int, response: OpenApiResponse, error: str) -> dict[Any, OpenApiResponse]:
    shown = OpenApiExample("An error", {"error": error})
    wrong = OpenApiResponse(AncestorError, "What was sent is wrong; nothing was done.", [shown])
    return {(code, _JSON): response, (400, _JSON): wrong}


def _shown(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


_KEY = [
    OpenApiParameter("date", DATE, OpenApiParameter.PATH, description="The UTC date."),
    OpenApiParameter(
        "time",
        TIME,
        required=True,
        description="The UTC time. One to the second also finds the records whose time goes on"
        " with a fraction or a digest.",
    ),
]
_NOTHING = OpenApiResponse(openapi_bodies.EMPTY, "It is done.", [OpenApiExample("Always", {})])

messages = extend_schema_view(
    get=_route(
        "scan",
        "Scan the records",
        "Records in the table's own order, up to 1 MB of them or `Limit`. While there is a"
        " `LastEvaluatedKey`, send it as `ExclusiveStartKey` for the next page. Other parameters"
        " are ignored.",
        parameters=[
            OpenApiParameter(
                keys.START,
                openapi_bodies.START,
                description="The `LastEvaluatedKey` of the page before, as JSON.",
            ),
            OpenApiParameter(
                keys.LIMIT, openapi_bodies.LIMIT, description="How many records a page has at most."
            ),
        ],
        responses=_responses(
            200,
            OpenApiResponse(
                AncestorPage,
                "A page of records.",
                [
                    OpenApiExample(
                        "There is more",
                        {
                            "Items": [examples.ANSWER],
                            "Count": 1,
                            "ScannedCount": 1,
                            "LastEvaluatedKey": _LAST,
                        },
                    )
                ],
            ),
            f"Could not read the messages: Limit must be a number from 1 to {keys.MAX_LIMIT:,}.",
        ),
    ),
    post=_route(
        "post",
        "Write a record",
        "Nothing is overwritten: with an equal record nothing changes, and a different one with"
        " the same date and time stays beside the new one, whose time gets a short digest."
        " Numbers may be strings. Where date, time and timestamp are all sent, they must agree."
        " Other members than `Item` are ignored.",
        request={_JSON: AncestorNewRecord},
        examples=[
            _shown(
                "A record",
                {"Item": {"date": examples.DATE, "time": "10:55:09", **examples.CHANGEABLE}},
            )
        ],
        responses=_responses(
            201, _NOTHING, "Could not write the message: local_avg must be a number."
        ),
    ),
)

message = extend_schema_view(
    get=_route(
        "get",
        "Read a record",
        "An empty object when there is none. Of several whose times begin so, the first.",
        parameters=_KEY,
        responses=_responses(
            200,
            OpenApiResponse(
                AncestorRecord,
                "The record, or an empty object.",
                [OpenApiExample("A record", {"Item": examples.ANSWER}), OpenApiExample("None", {})],
            ),
            "Could not read the message: time is not a time: write it like 10:55:09 or"
            " 10:55:09.385333.",
        ),
    ),
    put=_route(
        "put",
        "Change a record",
        "`UpdateExpression` sets fields to given values: `SET name = :value, #other = :another`."
        " All placeholders that are given must be used. Numbers may be strings. Date, time and"
        " timestamp cannot change, and no field can be removed. A record that is not there, or"
        " several whose times begin so, are an error. Other members are ignored.",
        parameters=_KEY,
        request={_JSON: AncestorChange},
        examples=[
            _shown(
                "One field",
                {
                    "UpdateExpression": "SET remote_avg = :value",
                    "ExpressionAttributeValues": {":value": "9.00"},
                },
            ),
            _shown(
                "One field, by a placeholder",
                {
                    "UpdateExpression": "SET #to = :value",
                    "ExpressionAttributeNames": {"#to": "local_dest"},
                    "ExpressionAttributeValues": {":value": "router-2"},
                },
            ),
        ],
        responses=_responses(
            204,
            OpenApiResponse(None, "It is changed."),
            "Could not change the message: source cannot be removed: every record has it. Set it"
            " instead.",
        ),
    ),
    delete=_route(
        "delete",
        "Delete a record",
        "Answers so also when there is none. Several whose times begin so are an error, which"
        " names them.",
        parameters=_KEY,
        responses=_responses(
            200,
            _NOTHING,
            "Could not delete the message: more than one record's time begins so: give one of"
            " 10:55:09.385333, 10:55:09.500000.",
        ),
    ),
)
