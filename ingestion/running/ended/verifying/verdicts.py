"""Whether the table still has what became of a file's rows, row by row.

A row *stands* when a record with its content is under its key, or beside it, whoever made it; under
the policy *replace* also when a later row of its file has the key. It is *outdated* when a newer
version of its file has the key. The others differ; see :data:`DIFFERENCES`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from messages_app.schema.record import DIGEST_LENGTHS, Record, is_same_place
from messages_app.schema.schema import Schema
from messages_app.store.bulk_insert import OnConflict
from messages_app.store.items import record_of
from messages_app.store.looking.lookup import Lookup
from messages_app.store.partitions.partitioning import Key

STANDS, OUTDATED = "stands", "outdated"


class Verdict(NamedTuple):
    """``other`` is the record that is there instead."""

    code: str
    other: Record | None = None


@dataclass(frozen=True)
class Judge:
    """Of the rows of one chunk; ``is_kept`` tells whether some of them are beside other records."""

    lookup: Lookup
    schema: Schema
    policy: OnConflict
    is_kept: bool

    def verdicts(self, rows: Sequence[Record]) -> list[Verdict]:
        """In their order. Raises ServiceError."""
        there = self._records([row.key for row in rows])
        wanting = [row for row in rows if not _has(there.get(row.key), row)]
        conflict_copies = self._conflict_copies(wanting) if self.policy == "keep" else {}
        own = {_place(row): row for row in rows}
        return [
            Verdict(STANDS)
            if _has(there.get(row.key), row)
            else conflict_copies.get(_place(row)) or self._of_key(row, there.get(row.key), own)
            for row in rows
        ]

    def _records(self, keys: Sequence[Key]) -> dict[Key, Record]:
        items = self.lookup.at(keys)
        return {key: record_of(item, self.schema) for key, item in items.items()}

    def _conflict_copies(self, rows: Sequence[Record]) -> dict[tuple[str | int, ...], Verdict]:
        """Of those that have a record beside their key."""
        found: dict[tuple[str | int, ...], Verdict] = {}
        waiting = list(rows)
        for length in DIGEST_LENGTHS:
            copies = [row.with_conflict_suffix(length) for row in waiting]
            there = self._records([copy.key for copy in copies])
            again = []
            for row, copy in zip(waiting, copies, strict=True):
                record = there.get(copy.key)
                if record is None:
                    continue
                if record.same_content(row):
                    found[_place(row)] = Verdict(STANDS)
                elif is_same_place(record.origin, row.origin):
                    found[_place(row)] = Verdict("edited", record)
                else:
                    again.append(row)
            waiting = again
        return found

    def _of_key(
        self, row: Record, there: Record | None, own: dict[tuple[str | int, ...], Record]
    ) -> Verdict:
        """Of a row whose content is nowhere; a different record, or none, has its key."""
        if there is None:
            return Verdict("gone")
        mine, theirs = row.import_origin, there.import_origin
        if mine is None or theirs is None:
            return Verdict("different", there)
        if mine.import_id == theirs.import_id:
            return self._of_own_file(row, there, own)
        if mine.is_outdated_by(theirs):
            return Verdict(OUTDATED, there)
        if theirs.before:
            return Verdict("replaced", there)
        return Verdict("gone") if self.is_kept else Verdict("different", there)

    def _of_own_file(
        self, row: Record, there: Record, own: dict[tuple[str | int, ...], Record]
    ) -> Verdict:
        """A row of the same file has the key: another one, or the same with another content."""
        mine, theirs = row.import_origin, there.import_origin
        if self.policy == "replace" and mine and theirs and theirs.line > mine.line:
            return Verdict(STANDS)
        other = own.get(_place(there))
        was_equal = other.same_content(row) if other is not None else not self.is_kept
        return Verdict("edited" if was_equal else "gone", there)


def _has(record: Record | None, row: Record) -> bool:
    return record is not None and record.same_content(row)


def _place(record: Record) -> tuple[str | int, ...]:
    return record.origin.place if record.origin else ()
