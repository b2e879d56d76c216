"""The admin's list of records: a page of the repository, by the filters of the messages page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from unfold.views import ChangeList

from common.errors import BadCursor
from messages_app import models
from messages_app.pages.browse import calendar, filter_form
from messages_app.pages.browse.filters import Filters
from messages_app.schema.record import Message
from messages_app.store.paging import Page
from messages_app.store.repository import message_repository

PAGE_SIZE = 50


class ChosenRecords:
    """Stands where the admin expects a query set, and is one as far as its actions need it: the
    records that were chosen in the list, none before any were."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = keys

    def filter(self, pk__in: Sequence[str]) -> "ChosenRecords":
        return ChosenRecords(pk__in)

    def __iter__(self) -> Iterator[models.Message]:
        """As they are now, without those that are gone."""
        for key in self._keys:
            found = find(key)
            if found is not None:
                yield found


class Pager:
    """What unfold asks a paginator for."""

    template_name = "messages_app/admin/pager.html"

    def __init__(self, previous_url: str, next_url: str) -> None:
        self.previous_url = previous_url
        self.next_url = next_url


class RecordList(ChangeList):  # type: ignore[misc]
    """Records of the newest day that has any, where the address names no other."""

    has_filters = has_active_filters = False

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> ChosenRecords:
        chosen: ChosenRecords = self.root_queryset
        return chosen

    def get_results(self, request: HttpRequest) -> None:
        self.filters = Filters.from_query(request.GET, message_repository().schema)
        page = self._page(request)
        self.result_list = facades(page.messages)
        self.result_count = self.full_result_count = len(self.result_list)
        self.can_show_all = self.multi_page = self.show_full_result_count = False
        self.show_admin_actions = True
        self.paginator = Pager(self._url(page.previous), self._url(page.cursor))
        self.inputs = filter_form.groups(self.filters, page.messages)
        self.hidden_inputs = filter_form.hidden(self.filters)
        self.strip = self._strip()

    def _page(self, request: HttpRequest) -> Page:
        if self.filters.errors:
            return Page([], None)
        query, repository = self.filters.query, message_repository()
        try:
            return repository.page(query, PAGE_SIZE, request.GET.get("cursor"))
        except BadCursor:
            messages.warning(
                request, "The link to that page of records is damaged; here is the first page."
            )
            return repository.page(query, PAGE_SIZE)

    def _url(self, cursor: str | None) -> str:
        return self.filters.url(cursor=cursor) if cursor else ""

    def _strip(self) -> calendar.Strip | None:
        shown = self.filters.query.date
        if not shown:
            return None
        day = date.fromisoformat(shown)
        return calendar.strip(day, day, lambda name: self.filters.url({"date": name}))


def find(key: str) -> models.Message | None:
    """The record with this key, ``2019-05-28 10:55:09~3fa2c1``, as it is now."""
    day, _, time = key.partition(" ")
    found = message_repository().get(day, time) if day and time else None
    return facade(found) if found else None


def facades(records: Iterable[Message]) -> list[models.Message]:
    return [facade(record) for record in records]


def facade(record: Message) -> models.Message:
    """The record as the admin's machinery takes it."""
    made = models.Message(key=f"{record.date} {record.time}")
    made.record = record
    return made
