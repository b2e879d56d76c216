"""The ancestor's contract: its requests, bodies and status codes, over the repository."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.actor import Actor, Channel
from common.errors import NotFound
from common.rest.exact_json import ExactJSONParser, ExactJSONRenderer
from common.rest.json_schema import JSONSchema
from common.rest.negotiation import NoNegotiation
from messages_app import models
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from messages_app.legacy.api import openapi_bodies, openapi_routes
from messages_app.legacy.api.changes import changes_of
from messages_app.legacy.api.error_responses import senders_error
from messages_app.legacy.api.items import item_as_json, record_of
from messages_app.legacy.api.keys import key_of, limit_of, start_of
from messages_app.schema.record import Record
from messages_app.schema.validation import Invalid

Handler = Callable[[Exception, dict[str, Any]], Response | None]


class AncestorView(APIView):
    """``could_not`` tells for each method what failed, behind "could not"."""

    permission_model = models.Message
    api_tag = "ancestor"
    parser_classes = (ExactJSONParser,)
    renderer_classes = (ExactJSONRenderer,)
    content_negotiation_class = NoNegotiation  # the ancestor never looked at headers
    could_not: ClassVar[Mapping[str, str]]

    def get_exception_handler(self) -> Handler:
        usual: Handler = super().get_exception_handler()

        def handler(error: Exception, context: dict[str, Any]) -> Response | None:
            action = self.could_not.get(context["request"].method, "answer")
            return senders_error(action, error) or usual(error, context)

        return handler

    @property
    def api_components(self) -> JSONSchema:
        """The bodies of the OpenAPI document."""
        return openapi_bodies.components(BUILTIN.schema)

    def editor(self, request: Request) -> Editor:
        return Editor(BUILTIN.repository, Actor.from_request(request, Channel.API))


@openapi_routes.messages
class MessagesView(AncestorView):
    """All records, in the table's own order, and a new one."""

    could_not: ClassVar = {"GET": "read the messages", "POST": "write the message"}

    def get(self, request: Request) -> Response:
        """Scan the records.

        Records in the table's own order, up to 1 MB of them or `Limit`. While there is a
        `LastEvaluatedKey`, send it as `ExclusiveStartKey` for the next page. Other parameters are
        ignored.
        """
        start, limit = start_of(request.query_params), limit_of(request.query_params)
        found, last = BUILTIN.repository.scan(start, limit)
        body = {
            "Items": [item_as_json(record) for record in found],
            "Count": len(found),
            "ScannedCount": len(found),
        }
        if last is not None:
            body["LastEvaluatedKey"] = {"date": last[0], "time": last[1]}
        return Response(body)

    def post(self, request: Request) -> Response:
        """Write a record.

        Nothing is overwritten: with an equal record nothing changes, and a different one with the
        same date and time stays beside the new one, whose time gets a short digest. Numbers may be
        strings. Where date, time and timestamp are all sent, they must agree. Other members than
        `Item` are ignored.
        """
        self.editor(request).insert_or_keep(record_of(request.data, BUILTIN.schema))
        return Response({}, status.HTTP_201_CREATED)


@openapi_routes.message
class MessageView(AncestorView):
    """One record. A time to the second finds the records whose times begin so."""

    could_not: ClassVar = {
        "GET": "read the message",
        "PUT": "change the message",
        "DELETE": "delete the message",
    }

    def get(self, request: Request, date: str) -> Response:
        """Read a record.

        An empty object when there is none. If several times begin so, the first record.
        """
        found = _found(request, date)
        return Response({"Item": item_as_json(found[0])} if found else {})

    def put(self, request: Request, date: str) -> Response:
        """Change a record.

        `UpdateExpression` sets fields to given values: `SET name = :value, #other = :another`. All
        placeholders that are given must be used. Numbers may be strings. Date, time and timestamp
        cannot change, and no field can be removed. A record that is not there, or several whose
        times begin so, are an error. Other members are ignored.
        """
        changes = changes_of(request.data, BUILTIN.schema)
        record = _the_one(_found(request, date))
        if record is None:
            raise NotFound("there is no record with this date and time")
        self.editor(request).update(record, changes)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def delete(self, request: Request, date: str) -> Response:
        """Delete a record.

        The answer is the same when there is none. If several times begin so, it is an error that
        names them.
        """
        record = _the_one(_found(request, date))
        if record is not None and not record.is_conflict_copy(request.query_params["time"]):
            self._delete(request, record)
        return Response({})

    def _delete(self, request: Request, record: Record) -> None:
        try:
            self.editor(request).delete(record)
        except NotFound:  # somebody else was quicker
            return


def _found(request: Request, date: str) -> list[Record]:
    key = key_of(date, request.query_params.get("time"))
    return BUILTIN.repository.lookup(*key)


def _the_one(found: list[Record]) -> Record | None:
    """The record that is meant. Raises Invalid when it could be one of several."""
    if len(found) > 1:
        times = ", ".join(record.time for record in found)
        raise Invalid("several", f"more than one record's time begins so: give one of {times}")
    return found[0] if found else None
