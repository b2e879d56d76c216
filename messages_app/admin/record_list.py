"""The admin's list of records: a page of the repository, by the filters of the messages page."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from unfold.views import ChangeList

from common.errors import BadCursor
from messages_app import models
from messages_app.kinds import registry
from messages_app.kinds.access import viewable
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.presentation import calendar, filter_form
from messages_app.presentation.filters import Filters
from messages_app.presentation.kinds import kind_or_404
from messages_app.schema.record import Record
from messages_app.schema.schema import MESSAGES
from messages_app.store.paging import Page

PAGE_SIZE = 50
# The parameter of an address that names a kind.
KIND = "kind"


class ChosenRecords:
    """Stands where the admin expects a query set, and is one as far as its actions need it: the
    records that were chosen in the list, none before any were."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = keys

    @property
    def kinds(self) -> set[str]:
        """The kinds that the chosen records are of."""
        return {kind_of_key(key)[0].name for key in self._keys}

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
        self.kind = kind_of(request)
        self.kinds = kinds_to_choose(self.kind, request.user)
        self.filters = Filters.from_query(request.GET, self.kind.schema, self.kind.name)
        page = self._page(request)
        self.result_list = [facade(record, self.kind) for record in page.records]
        self.result_count = self.full_result_count = len(self.result_list)
        self.can_show_all = self.multi_page = self.show_full_result_count = False
        self.show_admin_actions = True
        self.paginator = Pager(self._url(page.previous), self._url(page.cursor))
        self.inputs = filter_form.groups(self.filters, page.records)
        kind = [] if self.kind.is_builtin else [(KIND, self.kind.name)]
        self.hidden_inputs = [*filter_form.hidden(self.filters), *kind]
        self.unfiltered_url = self.filters.url_of_all() + self._kind_behind
        self.strip = self._strip()

    def _page(self, request: HttpRequest) -> Page:
        if self.filters.errors:
            return Page([], None)
        query, repository = self.filters.query, self.kind.repository
        try:
            return repository.page(query, PAGE_SIZE, request.GET.get("cursor"))
        except BadCursor:
            messages.warning(
                request, "The link to this page of records is damaged. This is the first page."
            )
            return repository.page(query, PAGE_SIZE)

    def _url(self, cursor: str | None) -> str:
        return self.filters.url(cursor=cursor) + self._kind_behind if cursor else ""

    def _address(self, day: str) -> str:
        return self.filters.url({"date": day}) + self._kind_behind

    @property
    def _kind_behind(self) -> str:
        """What addresses of another kind than the built-in one end with."""
        return "" if self.kind.is_builtin else f"&{KIND}={self.kind.name}"

    def _strip(self) -> calendar.Strip | None:
        shown = self.filters.query.date
        if not shown:
            return None
        day = date.fromisoformat(shown)
        return calendar.strip(self.kind.name, day, day, self._address)


def kind_of(request: HttpRequest) -> RecordKind:
    """The kind that an address names, or the built-in one. Raises Http404."""
    return kind_or_404(request.GET.get(KIND, "") or MESSAGES)


def kind_of_key(key: str) -> tuple[RecordKind, str]:
    """The kind of a record, and its date and time, ``2019-05-28 10:55:09~3fa2c1``. Before those of
    another kind than the built-in one stands its name. Raises Http404."""
    first, _, rest = key.partition(" ")
    if first[:1].isalpha():
        return kind_or_404(first), rest
    return BUILTIN, key


def kinds_to_choose(shown: RecordKind, user: Any) -> list[tuple[str, str, bool]]:
    """Name, label, and whether it is the one shown; none where there is but one kind."""
    all_ = registry.labels()
    seen = viewable(user, [name for name, _ in all_]) if len(all_) > 1 else set()
    found = [(name, label) for name, label in all_ if name in seen]
    return [(name, label, name == shown.name) for name, label in found] if len(found) > 1 else []


def find(key: str) -> models.Message | None:
    """The record with this key as it is now."""
    kind, moment = kind_of_key(key)
    day, _, time = moment.partition(" ")
    found = kind.repository.get(day, time) if day and time else None
    return facade(found, kind) if found else None


def facade(record: Record, kind: RecordKind) -> models.Message:
    """The record as the admin's machinery takes it."""
    before = "" if kind.is_builtin else f"{kind.name} "
    made = models.Message(key=f"{before}{record.date} {record.time}")
    made.record, made.kind = record, kind
    return made
