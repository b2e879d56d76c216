"""Pages of records: filled, over any number of days, and in both directions."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from common.deadline import Deadline
from common.paging import cursor as cursors
from common.tracing.threads import Threads
from messages_app.schema.imports import known_import
from messages_app.schema.record import Record
from messages_app.schema.schema import MESSAGES
from messages_app.store import day_index
from messages_app.store.expiring import retention
from messages_app.store.items import Item
from messages_app.store.partitions.merging import Ask, read_merged
from messages_app.store.partitions.partitioning import PLAIN, Partitioning
from messages_app.store.query import Query

# With filters the first request looks at so many records, and each further one at more, up to about
# all that DynamoDB reads at once (1 MB): quick where much matches, and few requests where little
# does. The limit is said even where all are wanted: without one the embedded engine reads the rest
# of the day from its file for each answer of 1 MB.
LOOKED_AT_FIRST = 1000
LOOKED_AT_MOST = 5000
_GROWTH = 4
# A page that is not full by then is given out as it is, with a cursor to go on.
PAGE_SECONDS = 10


@dataclass(frozen=True)
class Page:
    """Records in the order of the query, with the cursors of the pages around (None: no more)."""

    records: list[Record]
    cursor: str | None
    previous: str | None = None


class Reader:
    """Reads what a query matches."""

    def __init__(
        self,
        ask: Ask,
        read_item: Callable[[Item], Record],
        looked_at_first: int = LOOKED_AT_FIRST,
        page_seconds: float = PAGE_SECONDS,
        kind: str = MESSAGES,
        partitioning: Callable[[], Partitioning] = lambda: PLAIN,
    ) -> None:
        """``partitioning`` tells how days are spread; it is asked before each request."""
        self._kind = kind
        self._partitioning = partitioning
        self._ask = ask
        self._read_item = read_item
        self._looked_at_first = looked_at_first
        self._page_seconds = page_seconds

    def page(self, query: Query, page_size: int, cursor: str | None) -> Page:
        """One page. Raises BadCursor when the cursor was not made for this very query."""
        if cursor is None:
            return self._forwards(query, page_size, None)
        *position, backwards = cursors.read(cursor, query.identity())
        if backwards:
            return self._backwards(query, page_size, tuple(position))
        return self._forwards(query, page_size, tuple(position))

    def behind(
        self, query: Query, maximum: int, start: tuple[str, str] | None
    ) -> tuple[list[Record], tuple[str, str] | None]:
        """Up to so many records behind a key, and the key of the last if there are more."""
        found: list[Record] = []
        for items, _ in self._walk(query, query.newest_first, start, maximum):
            found += map(self._read_item, items)
            if len(found) > maximum:
                return found[:maximum], found[maximum - 1].key
        return found, None

    def all(self, query: Query) -> Iterator[Record]:
        """Every record that matches, as it is read."""
        with closing(self.items(query)) as items:
            yield from map(self._read_item, items)

    def items(self, query: Query) -> Generator[Item, None, None]:
        """The same as the table has them; memory for two requests' answers: while one is used, the
        next is on its way."""
        with Threads(1) as ahead:
            for found, _ in self._walk(query, query.newest_first, None, None, ahead):
                yield from found

    def _forwards(self, query: Query, page_size: int, start: Any) -> Page:
        found, behind = self._collect(query, query.newest_first, page_size, start)
        if start is None:
            return Page(found, _cursor(query, behind))
        # Nothing found: what is before lies before all that was looked at, at most the whole day.
        first = found[0].key if found else _up_to(behind or (start[0], ""))
        return Page(found, _cursor(query, behind), _cursor(query, first, backwards=True))

    def _backwards(self, query: Query, page_size: int, start: Any) -> Page:
        found, behind = self._collect(query, not query.newest_first, page_size, start)
        if behind is None:  # this is the first page: show it whole
            return self._forwards(query, page_size, None)
        found.reverse()
        last = found[-1].key if found else _up_to(behind)
        return Page(found, _cursor(query, last), _cursor(query, behind, backwards=True))

    def _collect(
        self, query: Query, descending: bool, page_size: int, start: Any
    ) -> tuple[list[Record], tuple[str, str] | None]:
        """Up to a page of records, and the key behind which there are, or may be, more."""
        deadline = Deadline(self._page_seconds)
        found: list[Record] = []
        for items, behind in self._walk(query, descending, start, maximum=page_size):
            found += map(self._read_item, items)
            if len(found) > page_size:
                return found[:page_size], found[page_size - 1].key
            if deadline.passed and (behind[1] or not query.date):
                return found, behind
        return found, None

    def _walk(
        self,
        query: Query,
        descending: bool,
        start: tuple[str, str | None] | None,
        maximum: int | None,
        ahead: Executor | None = None,
    ) -> Iterator[tuple[list[Item], tuple[str, str]]]:
        """The answers, one after the other, each with the key behind which the next one begins;
        its time is '' when its date was read to the end, and None where nothing of it was.

        ``maximum`` records are wanted, and one more that tells whether there are more. With
        ``ahead`` the next answer is asked for before one is given out.
        """
        if query.is_empty():
            return
        limits = self._limits(query, maximum)
        for date in _dates(query, descending, start[0] if start else "", self._kind):
            time = ""
            if start is not None and date == start[0]:
                if start[1] == "":
                    continue
                time = start[1] or ""
            wait = self._begin(ahead, query, date, next(limits), time, descending)
            while True:
                items, time = wait()
                if time:
                    wait = self._begin(ahead, query, date, next(limits), time, descending)
                yield items, (date, time)
                if not time:
                    break

    def _begin(self, ahead: Executor | None, *what: Any) -> Callable[[], tuple[list[Item], str]]:
        """What waits for an answer: at once where it is not asked for ahead."""
        if ahead is None:
            return lambda: self._read(self._partitioning(), *what)
        # Here, and not in the other thread, which must not open the database.
        return ahead.submit(self._read, self._partitioning(), *what).result

    def _read(
        self,
        partitioning: Partitioning,
        query: Query,
        date: str,
        limit: int,
        behind: str,
        descending: bool,
    ) -> tuple[list[Item], str]:
        """What comes next of a day, and the sort key behind which to go on."""
        if partitioning.is_plain:
            return self._ask(query, date, limit, behind, descending)
        return read_merged(self._ask, partitioning, query, date, limit, behind, descending)

    def _limits(self, query: Query, maximum: int | None) -> Iterator[int]:
        """How many records each request looks at."""
        if maximum is None or not query.is_filtered:
            yield from repeat(LOOKED_AT_MOST if maximum is None else maximum + 1)
            return
        limit = max(maximum, self._looked_at_first)
        while True:
            yield limit
            limit = min(limit * _GROWTH, LOOKED_AT_MOST)


def _dates(query: Query, descending: bool, start: str, kind: str) -> Iterator[str]:
    if query.date:
        return iter([query.date] if query.date >= retention.first_date(kind) else [])
    first, last = _narrowed(query)
    if start and descending:
        last = min(last, start) if last else start
    elif start:
        first = max(first, start)
    known = day_index.between(first, last, newest_first=descending, kind=kind)
    return (date for date in known if not query.is_empty(date))


def _narrowed(query: Query) -> tuple[str, str]:
    """The first and the last date that is asked for; those of the import, where only its records
    are, and they are known."""
    first, last = query.date_from, query.date_to
    known = known_import(query.import_id) if query.import_id else None
    if known is None or known.dates is None:
        return first, last
    return max(first, known.dates[0]), min(last or known.dates[1], known.dates[1])


def _up_to(behind: tuple[str, str]) -> tuple[str, str | None]:
    """Where to go on in the other direction, when there was nothing up to a key."""
    date, time = behind
    return date, time or None


def _cursor(
    query: Query, key: tuple[str, str | None] | None, *, backwards: bool = False
) -> str | None:
    return None if key is None else cursors.write([*key, backwards], query.identity())
