"""What inserting rows would do, found without writing.

Row by row it comes to what :mod:`messages_app.store.bulk_insert` would come to, if the rows were
inserted in their order. What becomes of a row may rest on earlier rows of its file that other tasks
compare: of those :func:`outcomes` tells, once all are together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from messages_app.schema.record import DIGEST_LENGTHS, Record
from messages_app.schema.schema import Schema
from messages_app.store.bulk_insert import OnConflict, Outcome
from messages_app.store.items import Item, has_content_of, record_of
from messages_app.store.looking.lookup import Lookup
from messages_app.store.partitions.partitioning import Key

# Hexadecimal digits of a content's digest by which rows are compared: as many as the longest key
# but one of a record that is kept beside another has.
DIGEST_LENGTH = 24


class Compared(NamedTuple):
    """What would become of a row. ``other`` is the different record that has its key, or the
    earlier row that would have it by then."""

    outcome: Outcome
    other: Record | None = None


_UNCHANGED = Compared("unchanged")


@dataclass(slots=True)
class Content:
    """Rows of one file with the same key and content, which is not in the table.

    ``is_conflict_copy`` where a different record has the key (policy *keep*), ``is_there`` where
    the table has the content beside the key. ``line`` is the first row's, ``count`` how many there
    are.
    """

    digest: str
    line: int
    is_conflict_copy: bool = False
    is_there: bool = False
    count: int = 1


@dataclass(slots=True)
class Comparison:
    """``rows`` in their order, and by key the contents that other rows of the file may touch."""

    rows: list[Compared]
    open: dict[Key, list[Content]]


def outcomes(
    contents: Iterable[Content], policy: OnConflict, is_there: Callable[[Content], bool]
) -> list[Counter[str]]:
    """What becomes of the rows of a key that has no record, or beside the one that it has, for
    each of their contents in the order of their lines.

    ``is_there`` is asked of a content, new in the file and not its first, that may be in the table
    beside the key.
    """
    first: str | None = None
    seen: set[str] = set()
    counts = []
    for content in contents:
        first = content.digest if first is None and not content.is_conflict_copy else first
        counts.append(_of_content(content, policy, first, seen, is_there))
        seen.add(content.digest)
    return counts


def _of_content(
    content: Content,
    policy: OnConflict,
    first: str | None,
    seen: set[str],
    is_there: Callable[[Content], bool],
) -> Counter[str]:
    if content.digest in seen and (policy == "keep" or content.digest == first):
        return Counter(unchanged=content.count)
    if not seen and not content.is_conflict_copy:
        return Counter(written=1, unchanged=content.count - 1)
    if policy != "keep":
        return Counter({"replaced" if policy == "replace" else "key_conflict": content.count})
    if is_there(content):
        return Counter(unchanged=content.count)
    return Counter(kept=1, unchanged=content.count - 1)


@dataclass
class Comparing:
    """Compares the rows of one task."""

    lookup: Lookup
    schema: Schema
    policy: OnConflict
    _open: dict[Key, list[Content]] = field(default_factory=dict)
    # Of a key that has no record, the row that would make it.
    _first: dict[Key, Record] = field(default_factory=dict)

    def run(self, records: Sequence[Record]) -> Comparison:
        """Raises ServiceError."""
        items = self.lookup.at(record.key for record in records)
        rows: list[Compared | None] = []
        conflicting: dict[tuple[Key, str], list[int]] = {}
        for index, record in enumerate(records):
            row = self._row(record, items.get(record.key))
            if row is None:
                conflicting.setdefault((record.key, _digest(record)), []).append(index)
            rows.append(row)
        self._decide_conflicting(records, items, rows, conflicting)
        return Comparison([row for row in rows if row is not None], self._open)

    def _row(self, record: Record, item: Item | None) -> Compared | None:
        """None for one that is to be kept beside another."""
        if item is not None:
            return self._taken(record, item)
        first = self._first.get(record.key)
        if first is None:
            self._first[record.key] = record
            self._open[record.key] = [Content(_digest(record), _line(record))]
            return Compared("written")
        content = self._open[record.key][0]
        if first.same_content(record):
            content.count += 1
            return _UNCHANGED
        if self.policy == "keep":
            return None
        self._note(record)
        return Compared("replaced" if self.policy == "replace" else "key_conflict", first)

    def _taken(self, record: Record, item: Item) -> Compared | None:
        if has_content_of(item, record, self.schema):
            return _UNCHANGED
        if self.policy == "keep":
            return None
        existing = record_of(item, self.schema)
        if self.policy == "reject":
            return Compared("key_conflict", existing)
        mine = record.import_origin
        is_outdated = mine is not None and mine.is_outdated_by(existing.import_origin)
        return Compared("outdated" if is_outdated else "replaced", existing)

    def _note(
        self, record: Record, *, is_conflict_copy: bool = False, is_there: bool = False
    ) -> bool:
        """Note a row's content. Whether it is the first row that has it."""
        digest = _digest(record)
        contents = self._open.setdefault(record.key, [])
        for content in contents:
            if content.digest == digest:
                content.count += 1
                return False
        contents.append(Content(digest, _line(record), is_conflict_copy, is_there))
        return True

    def _decide_conflicting(
        self,
        records: Sequence[Record],
        items: dict[Key, Item],
        rows: list[Compared | None],
        conflicting: dict[tuple[Key, str], list[int]],
    ) -> None:
        there = copies_there(
            self.lookup, self.schema, [records[indexes[0]] for indexes in conflicting.values()]
        )
        for name, indexes in conflicting.items():
            is_there, item = name in there, items.get(name[0])
            is_conflict_copy = item is not None
            other = record_of(item, self.schema) if item is not None else self._first[name[0]]
            for index in indexes:
                if is_there and is_conflict_copy:  # whatever other tasks find
                    rows[index] = _UNCHANGED
                    continue
                is_new = self._note(
                    records[index], is_conflict_copy=is_conflict_copy, is_there=is_there
                )
                is_kept = is_new and not is_there
                rows[index] = Compared("kept", other) if is_kept else _UNCHANGED


def copies_there(lookup: Lookup, schema: Schema, records: Sequence[Record]) -> set[tuple[Key, str]]:
    """Key and digest of those that the table has beside their key. Raises ServiceError."""
    there: set[tuple[Key, str]] = set()
    waiting = list(records)
    for length in DIGEST_LENGTHS:
        copies = [record.with_conflict_suffix(length) for record in waiting]
        items = lookup.at(copy.key for copy in copies)
        again = []
        for record, copy in zip(waiting, copies, strict=True):
            if copy.key not in items:
                continue
            if has_content_of(items[copy.key], record, schema):
                there.add((record.key, _digest(record)))
            else:  # a record beside it was edited since
                again.append(record)
        waiting = again
    return there


def _digest(record: Record) -> str:
    return record.digest()[:DIGEST_LENGTH]


def _line(record: Record) -> int:
    origin = record.import_origin
    return origin.line if origin is not None else 0
