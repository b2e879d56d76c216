"""The messages API: translates requests into calls of the repository."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from messages_app import instants, models
from messages_app.api.serializers import (
    changed_values,
    message_as_json,
    new_message,
    replacing_values,
)
from messages_app.errors import NotFound
from messages_app.faults import Invalid
from messages_app.record import Message
from messages_app.repository import MessageRepository, PageQuery, message_repository
from messages_app.schema import MESSAGE
from messages_app.values import Value

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
_OWN_PARAMETERS = {"date", "time_from", "time_to", "page_size", "cursor"}


class MessageViewSet(ViewSet):
    """Messages by date and time, both UTC."""

    permission_model = models.Message
    lookup_value_regex = "[^/]+"

    @property
    def repository(self) -> MessageRepository:
        return message_repository()

    def list(self, request: Request) -> Response:
        """One page of the messages of a date."""
        query, page_size = _page_query(request)
        page = self.repository.page(query, page_size, request.query_params.get("cursor"))
        return Response(
            {
                "next": _next_url(request, page.cursor),
                "results": [message_as_json(message) for message in page.messages],
            }
        )

    def create(self, request: Request) -> Response:
        """201 for a new record, 200 when an equal one is there, 409 when a different one is."""
        message = new_message(request.data)
        is_new = self.repository.insert(message)
        if not is_new:
            message = self.repository.get(*message.key) or message
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(message_as_json(message), code)

    def retrieve(self, request: Request, date: str, time: str) -> Response:
        found = self.repository.lookup(_date(date), time)
        if len(found) > 1:
            return _several(found)
        return Response(message_as_json(_the_one(found, date, time)))

    def update(self, request: Request, date: str, time: str) -> Response:
        return self._change(request, date, time, replacing_values)

    def partial_update(self, request: Request, date: str, time: str) -> Response:
        return self._change(request, date, time, changed_values)

    def destroy(self, request: Request, date: str, time: str) -> Response:
        found = self.repository.lookup(_date(date), time)
        if len(found) > 1:
            return _several(found)
        self.repository.delete(*_the_one(found, date, time).key)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, date: str, time: str, read: Any) -> Response:
        found = self.repository.lookup(_date(date), time)
        if len(found) > 1:
            return _several(found)
        message = _the_one(found, date, time)
        values = read(request.data, message)
        changed = self.repository.update(*message.key, values) if values else message
        return Response(message_as_json(changed))


def _several(found: list[Message]) -> Response:
    """The time was given as a prefix, and more than one record's time begins so."""
    return Response(
        {
            "detail": "More than one record's time begins so; give one of these times in full.",
            "results": [message_as_json(message) for message in found],
        },
        status.HTTP_300_MULTIPLE_CHOICES,
    )


def _the_one(found: list[Message], date: str, time: str) -> Message:
    if not found:
        raise NotFound(f"There is no record with the date {date} and a time that begins {time}.")
    return found[0]


def _date(text: str) -> str:
    try:
        return instants.clean_date(text)
    except Invalid as error:
        raise ValidationError({"date": [error.detail]}) from error


def _page_query(request: Request) -> tuple[PageQuery, int]:
    given = request.query_params
    if not given.get("date"):
        raise ValidationError({"date": ["is missing: ask for one date, such as 2019-05-28"]})
    filters: dict[str, Value] = {}
    faults: dict[str, list[str]] = {}
    for name, text in given.items():
        if name in _OWN_PARAMETERS or not text:
            continue
        if name not in MESSAGE.by_name:
            faults[name] = ["is not a field of a message"]
            continue
        try:
            filters[name] = MESSAGE.by_name[name].type.from_text(str(text))
        except Invalid as error:
            faults[name] = [error.detail]
    if faults:
        raise ValidationError(faults)
    query = PageQuery(
        _date(given["date"]), given.get("time_from", ""), given.get("time_to", ""), filters
    )
    return query, _page_size(given.get("page_size"))


def _page_size(given: str | None) -> int:
    if not given:
        return DEFAULT_PAGE_SIZE
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= MAX_PAGE_SIZE:
        raise ValidationError({"page_size": [f"must be a number from 1 to {MAX_PAGE_SIZE}"]})
    return int(given)


def _next_url(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    parameters = request.query_params.copy()
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
