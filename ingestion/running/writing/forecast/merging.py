"""The rows of a forecast that share a key across chunks, put right once all chunks are compared.

Each chunk was compared as if it were the whole file. The sorted lists of their open rows are merged
where their keys overlap: flat in memory, as of each list a page is held, and the smaller the more
there are. It goes on in another task where it takes long.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from common.deadline import Deadline
from ingestion.models import Chunk, Import
from ingestion.running.writing.forecast import open_rows
from ingestion.running.writing.forecast.chunk import counted_as
from messages_app.schema.record import DIGEST_LENGTHS, Record
from messages_app.store.bulk_insert import OnConflict
from messages_app.store.looking.comparing import DIGEST_LENGTH, Content, outcomes
from messages_app.store.partitions.partitioning import Key
from messages_app.store.repository import RecordRepository

# Of all lists together, and of one.
_BYTES_HELD = 32 * 1024 * 1024
_LARGEST_PAGE, _SMALLEST_PAGE = 65_536, 1024
# Keys that are decided together: those kept beside them are read with few requests.
_KEYS_AT_ONCE = 100
# Behind so many keys it is looked whether time is up.
_KEYS_A_LOOK = 5000

# A content of a key, and the chunk that it is in.
_Placed = tuple[int, Content]


@dataclass
class Merged:
    """How many rows too many or too few the chunks of a forecast have counted, by outcome, and, by
    date, of those to be written. ``places`` has how far each list is merged, by chunk number."""

    counts: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    places: dict[int, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "writes": self.writes, "places": self.places}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Merged":
        places = {int(number): place for number, place in data["places"].items()}
        return cls(Counter(data["counts"]), Counter(data["writes"]), places)


@dataclass(frozen=True, slots=True)
class _List:
    chunk: Chunk
    first: bytes
    last: bytes
    size: int


class Merging:
    """The merge of one forecast. Methods raise ServiceError and FileError."""

    def __init__(
        self,
        import_: Import,
        repository: RecordRepository,
        policy: OnConflict,
        deadline: Deadline,
        merged: Merged,
    ) -> None:
        """It goes on where ``merged`` ends."""
        self._import = import_
        self._repository = repository
        self._policy = policy
        self._deadline = deadline
        self.merged = merged

    def run(self, pause_at: Deadline) -> bool:
        """Merge until then. Whether all is merged."""
        lists = overlapping(_lists(self._import))
        if not lists:
            return True
        page = page_bytes(len(lists))
        lines = heapq.merge(*(self._lines(one, page) for one in lists))
        waiting: list[tuple[Key, list[_Placed]]] = []
        places: dict[int, int] = {}
        by_key = groupby(lines, key=lambda one: open_rows.key_part(one[0]))
        for count, (_, group) in enumerate(by_key, start=1):
            same = list(group)
            places |= {number: place for _, number, place in same}
            if len({number for _, number, _ in same}) > 1:
                waiting.append(_placed(same))
            if len(waiting) == _KEYS_AT_ONCE or count % _KEYS_A_LOOK == 0:
                self._settle(waiting, places)
                waiting, places = [], {}
                if pause_at.passed:
                    return False
        self._settle(waiting, places)
        return True

    def _lines(self, one: _List, page: int) -> Iterator[tuple[bytes, int, int]]:
        number = one.chunk.number
        start = self.merged.places.get(number, 0)
        for line, place in open_rows.read(one.chunk, one.size, start, page):
            yield line, number, place

    def _settle(self, keys: list[tuple[Key, list[_Placed]]], places: dict[int, int]) -> None:
        """Decide on some keys, and remember that all up to these places are decided."""
        there = self._there(keys)
        for key, contents in keys:
            counts = outcomes(
                [one for _, one in contents],
                self._policy,
                lambda one, key=key: one.is_there or (key, one.digest) in there,  # type: ignore[misc]
            )
            change = _sum(counts)
            change.subtract(_sum(self._told_alone(contents)))
            self._add(key, change)
        self.merged.places |= places

    def _told_alone(self, contents: list[_Placed]) -> list[Counter[str]]:
        """What the chunks have counted, each by itself; of contents in their order."""
        counts: list[Counter[str]] = []
        for _, same in groupby(contents, key=lambda one: one[0]):
            own = [one for _, one in same]
            counts += outcomes(own, self._policy, lambda one: one.is_there)
        return counts

    def _add(self, key: Key, change: Counter[str]) -> None:
        for outcome, count in change.items():
            self.merged.counts[counted_as(outcome)] += count  # type: ignore[arg-type]
        if self._policy != "replace":  # which writes its rows whatever becomes of them
            writes = change["written"] + change["kept"]
            if writes:
                self.merged.writes[key[0]] += writes

    def _there(self, keys: list[tuple[Key, list[_Placed]]]) -> set[tuple[Key, str]]:
        """Contents that the table has beside their key: of those whose own chunk had no reason to
        look for them."""
        if self._policy != "keep":
            return set()
        waiting = [
            (key, one.digest)
            for key, contents in keys
            for _, one in contents
            if not one.is_conflict_copy and not one.is_there
        ]
        there: set[tuple[Key, str]] = set()
        for length in DIGEST_LENGTHS:
            if length > DIGEST_LENGTH or not waiting:
                break
            copies = {one: Record(*_copy(one, length), {}) for one in dict.fromkeys(waiting)}
            found = self._repository.existing(copies.values(), self._deadline)
            waiting = []
            for one, copy in copies.items():
                if copy.key in found:
                    is_same = found[copy.key].digest().startswith(one[1])
                    there.add(one) if is_same else waiting.append(one)
        return there


def page_bytes(count: int) -> int:
    """How much is read at once of each of so many lists."""
    return max(_SMALLEST_PAGE, min(_LARGEST_PAGE, _BYTES_HELD // count))


def overlapping(lists: Sequence[_List]) -> list[_List]:
    """Those whose keys may be in another one too."""
    found: dict[int, _List] = {}
    reach: _List | None = None
    for one in sorted(lists, key=lambda one: one.first):
        if reach is not None and one.first <= reach.last:
            found |= {one.chunk.number: one, reach.chunk.number: reach}
        if reach is None or one.last > reach.last:
            reach = one
    return list(found.values())


def _lists(import_: Import) -> list[_List]:
    chunks = import_.chunks.exclude(looked=None).only("number", "looked", "import_record")
    lists = []
    for chunk in chunks.iterator():
        kept = chunk.looked["open"]
        chunk.looked = None
        chunk.import_record = import_
        if kept:
            first, last = kept["first"].encode(), kept["last"].encode()
            lists.append(_List(chunk, first, last, kept["bytes"]))
    return lists


def _placed(same: list[tuple[bytes, int, int]]) -> tuple[Key, list[_Placed]]:
    """The key and the contents of lines that share it, which come in the order of their rows."""
    parsed = [(number, *open_rows.parsed(line)) for line, number, _ in same]
    return parsed[0][1], [(number, content) for number, _, content in parsed]


def _copy(one: tuple[Key, str], length: int) -> Key:
    (date, time), digest = one
    return date, f"{time}~{digest[:length]}"


def _sum(counts: list[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total
