"""The ancestor's table taken over: where it is, or into the table of the built-in kind.

Both read the whole table and can be stopped and run again: what is whole already is left alone.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app import batch_write
from messages_app.kinds.record_kind import BUILTIN
from messages_app.legacy.table.items import ItemReader, key_of
from messages_app.legacy.table.table import StoredItems
from messages_app.schema.record import Record
from messages_app.schema.schema import MESSAGES, Schema
from messages_app.schema.validation import Invalid
from messages_app.store import day_index
from messages_app.store.items import Item, date_of
from messages_app.store.noted import marks
from messages_app.store.repository import RecordRepository

# Requests that are under way at once.
_THREADS = 8
# Records that are inserted within one deadline.
_A_PART = 500
# So many of the items that are no records are named.
_NAMED = 20
SetAside = Callable[[Item], None]


@dataclass(slots=True)
class Adopted:
    """What became of a table so far. ``counts`` are of the items: *whole* before, *completed*,
    *aside*, *unreadable*, *changed* by somebody else meanwhile; of a copy *copied*, *there*
    before, *beside* a different record of the same key."""

    counts: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether every item is a record now."""
        return not self.counts["unreadable"] and not self.counts["changed"]

    def note_unreadable(self, item: Item, reason: Invalid) -> None:
        self.counts["unreadable"] += 1
        if len(self.unreadable) < _NAMED:
            date, time = key_of(item)
            self.unreadable.append(f"{date[:40]} {time[:40]}: {reason}")


def adopt(set_aside: SetAside | None = None) -> Iterator[Adopted]:
    """Make the items of the configured table whole, and count its days. Nothing else may write
    meanwhile.

    Items that cannot be records are handed to ``set_aside`` and deleted, or stay where there is
    none. Yields what became of them after each page. Raises ServiceError.
    """
    place = _Place(BUILTIN.schema, set_aside)
    adopted = Adopted()
    marks.mark_all(MESSAGES)
    with ThreadPoolExecutor(_THREADS) as pool:
        for items in place.stored.pages():
            for item, outcome in zip(items, pool.map(place.outcome, items), strict=True):
                if isinstance(outcome, Invalid):
                    adopted.note_unreadable(item, outcome)
                    continue
                adopted.counts[outcome] += 1
                adopted.days[date_of(item)] += outcome != "aside"
            yield adopted
    day_index.replace(+adopted.days)
    yield adopted


class _Place:
    """The configured table."""

    def __init__(self, schema: Schema, set_aside: SetAside | None) -> None:
        self.stored = StoredItems(dynamodb_client(), settings.MESSAGES_TABLE)
        self._schema = schema
        self._reader = ItemReader(schema)
        self._set_aside = set_aside

    def outcome(self, item: Item) -> str | Invalid:
        """See Adopted."""
        try:
            attributes = self._reader.missing(item)
        except Invalid as reason:
            return self._put_aside(item) if self._set_aside else reason
        if not attributes:
            return "whole"
        return "completed" if self.stored.complete(item, attributes) else "changed"

    def _put_aside(self, item: Item) -> str:
        assert self._set_aside is not None
        self._set_aside(item)
        names = dict.fromkeys([*item, *self._schema.names])
        return "aside" if self.stored.delete(item, names) else "changed"


def copy(table: str) -> Iterator[Adopted]:
    """Insert the records of another table into the configured one; the other stays as it is.

    Others may write meanwhile, to both. A record whose key a different one has stays beside it.
    Yields what became of them after each part. Raises ServiceError.
    """
    repository = BUILTIN.repository
    reader = ItemReader(repository.schema)
    adopted = Adopted()
    for items in StoredItems(dynamodb_client(), table).pages():
        records = _readable(reader, items, adopted)
        while part := list(islice(records, _A_PART)):
            _insert(repository, part, adopted)
            yield adopted
    yield adopted


def _readable(reader: ItemReader, items: list[Item], adopted: Adopted) -> Iterator[Record]:
    for item in items:
        try:
            yield reader.record(item)
        except Invalid as reason:
            adopted.note_unreadable(item, reason)


def _insert(repository: RecordRepository, records: list[Record], adopted: Adopted) -> None:
    outcomes = {"written": "copied", "unchanged": "there", "kept": "beside"}
    for placed in batch_write.write(repository, records, "keep", Deadline(settings.TASK_SECONDS)):
        adopted.counts[outcomes.get(placed.outcome, "changed")] += 1
