"""The messages API: translates requests into calls of the repository."""

import re
from collections.abc import Sequence
from typing import Any

from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.errors import NotFound
from common.rest import json_schema
from messages_app import models
from messages_app.api.fields import invalid
from messages_app.api.openapi import routes as documented
from messages_app.api.parameters import Parameters
from messages_app.api.preconditions import is_unchanged, must_be_same, tagged
from messages_app.api.serializers import MessageSerializer, field_names, message_as_json
from messages_app.editing import Editor
from messages_app.schema import timestamps
from messages_app.schema.record import Message
from messages_app.schema.validation import Invalid
from messages_app.store.repository import MessageRepository, message_repository

_TIME = re.compile(json_schema.TIME_IN_ADDRESS["pattern"])
_TO_THE_SECOND = len("10:55:09")


@documented.messages
class MessageViewSet(GenericViewSet[Any]):
    """Messages by date and time, both UTC."""

    permission_model = models.Message
    serializer_class = MessageSerializer
    pagination_class = None
    lookup_value_regex = "[^/]+"

    @property
    def repository(self) -> MessageRepository:
        return message_repository()

    def _editor(self, request: Request) -> Editor:
        return Editor(self.repository, Actor.from_request(request, Channel.API))

    def get_extra_action_url_map(self) -> dict[str, str]:
        """Where the browsable API leads from the list."""
        routes = {"Batch": "api-messages-batch", "Export": "api-messages-export"}
        links = {name: reverse(route, request=self.request) for name, route in routes.items()}
        return {} if self.kwargs else links

    def list(self, request: Request) -> Response:
        data = Parameters(request.query_params, self.repository.schema)
        page = self.repository.page(data.query, data.page_size, data.cursor)
        results = [message_as_json(message) for message in page.messages]
        if data.fields != field_names(self.repository.schema):
            results = [{name: one[name] for name in data.fields} for one in results]
        return Response({"next": _page_url(request, page.cursor), "results": results})

    def create(self, request: Request) -> Response:
        serializer = MessageSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        message = serializer.new_message
        is_new = self._editor(request).insert(message)
        if not is_new:
            message = self.repository.get(*message.key) or message
        response = _response(message, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)
        response["Location"] = reverse("api-message", message.key, request=request)
        return response

    def retrieve(self, request: Request, date: str, time: str) -> Response:
        found = self._found(date, time)
        if len(found) > 1:
            return _several(found)
        if is_unchanged(request, found[0]):
            return tagged(Response(status=status.HTTP_304_NOT_MODIFIED), found[0])
        return _response(found[0])

    def update(self, request: Request, date: str, time: str) -> Response:
        return self._change(request, date, time, is_partial=False)

    def partial_update(self, request: Request, date: str, time: str) -> Response:
        return self._change(request, date, time, is_partial=True)

    def destroy(self, request: Request, date: str, time: str) -> Response:
        found = self._found(date, _to_the_second(time))
        if len(found) > 1 or found[0].is_conflict_copy(time):
            return _several(found)
        is_bound = must_be_same(request, found[0])
        self._editor(request).delete(found[0], only_if_same=is_bound)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, date: str, time: str, *, is_partial: bool) -> Response:
        found = self._found(date, _to_the_second(time))
        if len(found) > 1:
            return _several(found)
        [message] = found
        serializer = MessageSerializer(message, data=request.data, partial=is_partial)
        serializer.is_valid(raise_exception=True)
        is_bound = must_be_same(request, message)
        values = serializer.values
        if values:
            message = self._editor(request).update(message, values, only_if_same=is_bound)
        return _response(message)

    def _found(self, date: str, time: str) -> Sequence[Message]:
        """At least one record. Raises NotFound."""
        try:
            date = timestamps.clean_date(date)
        except Invalid as error:
            raise ValidationError({"date": invalid(error).detail}) from error
        found = self.repository.lookup(date, time) if _TIME.fullmatch(time) else []
        if not found:
            raise NotFound(f"There is no record with the date {date} and a time that begins {time}")
        return found


def _response(message: Message, code: int = status.HTTP_200_OK) -> Response:
    return tagged(Response(message_as_json(message), code), message)


def _several(found: Sequence[Message]) -> Response:
    """The time was given as a prefix, which does not tell for sure what is meant."""
    return Response(
        {
            "detail": "These records have times that begin so; give one of these times in full.",
            "results": [message_as_json(message) for message in found],
        },
        status.HTTP_300_MULTIPLE_CHOICES,
    )


def _to_the_second(time: str) -> str:
    """What is to be changed has to be named more closely than what is only looked at."""
    if len(time) < _TO_THE_SECOND:
        sentence = "must be given to the second, like 10:55:09"
        raise ValidationError({"time": [ErrorDetail(sentence, "not_a_time")]})
    return time


def _page_url(request: Request, cursor: str | None) -> str | None:
    """The address of the page that a cursor leads to."""
    if cursor is None:
        return None
    parameters = request.query_params.copy()
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
