"""What the table holds under many keys, for who has to know it of each.

One Query tells it of a whole range of keys, where that is cheaper than to read key by key: see
:mod:`messages_app.store.looking.ranges`. The keys that no range tells of are read by themselves.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from messages_app.schema.record import Record
from messages_app.store.items import Item
from messages_app.store.partitions.partitioning import Key

if TYPE_CHECKING:
    from messages_app.store.batch_requests import Table


@dataclass(frozen=True, slots=True)
class _Known:
    """The sort keys of a partition of which all is known."""

    first: str
    last: str


class Lookup:
    """The items under the keys of some records, and of those that are kept beside them. Methods
    raise ServiceError."""

    def __init__(self, table: "Table", pool: ThreadPoolExecutor, records: Sequence[Record]):
        self._table = table
        self._pool = pool
        self._items: dict[Key, Item] = {}
        self._known: dict[str, _Known] = {}
        for keys, items, behind in table.ranges(pool, records):
            self._items |= items
            self._known[keys.partition] = _Known(keys.first, behind or keys.last)

    def at(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items that there are, by key."""
        wanted = dict.fromkeys(keys)
        found = {key: self._items[key] for key in wanted if key in self._items}
        unknown = [key for key in wanted if key not in found and not self._is_known(key)]
        return found | self._table.get(self._pool, unknown)

    @property
    def units_read(self) -> float:
        """As far as DynamoDB tells."""
        return self._table.units_read

    def _is_known(self, key: Key) -> bool:
        known = self._known.get(self._table.partition(key))
        return known is not None and known.first <= key[1] <= known.last
