"""The policy *replace*: of the rows of one import that have a key, the last in the file stands; of
those of several versions of one file, that of the newest.

What a row replaces is kept aside before, so that the import can be taken back. By whom and where is
not the store's concern: it hands the items over, and goes on when they are safe.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from messages_app.schema.record import Origin, Record
from messages_app.schema.schema import Schema
from messages_app.store.batch_requests import Table
from messages_app.store.items import Item, record_of

ReplaceOutcome = Literal["written", "unchanged", "replaced", "outdated"]
# Keeps items, as they are in the table, whose keys are distinct, before others take their place. It
# may be called by several threads, and for one item more than once. Raises ServiceError.
KeepAside = Callable[[Sequence[Item]], None]


class Replacing:
    """Decides, for rows whose key is taken, whether they take it over. Methods raise
    ServiceError."""

    def __init__(self, table: Table, schema: Schema, keep_aside: KeepAside | None) -> None:
        self._table = table
        self._schema = schema
        self._keep_aside = keep_aside

    def prepare(
        self, rows: Iterable[Record], items: Mapping[tuple[str, str], Item]
    ) -> set[tuple[str, str]]:
        """Keep aside, all at once, what rows are about to replace. Returns the keys of these."""
        if self._keep_aside is None:
            return set()
        kept = {
            row.key: items[row.key]
            for row in rows
            if row.key in items and self._takes_over(row, self._record_of(items[row.key]))
        }
        if kept:
            self._keep_aside(list(kept.values()))
        return set(kept)

    def decide(self, record: Record, item: Item | None, is_kept: bool) -> ReplaceOutcome | None:
        """The outcome of a row and the item that has its key, of which ``is_kept`` tells whether it
        is kept aside. None when the row has to be inserted again."""
        mine = record.import_origin
        while item is not None:
            existing = self._record_of(item)
            theirs = existing.import_origin
            if mine is not None and is_foreign(mine, theirs):
                if mine.has_created(theirs):  # whose place was taken since
                    return "written"
                if mine.is_outdated_by(theirs):
                    return "unchanged" if existing.same_content(record) else "outdated"
            first_line, before = _before_import(mine, existing)
            outcome = outcome_of(record, first_line, before)
            if _is_overtaken(mine, theirs):
                return outcome
            is_kept = is_kept or self._keep(record, existing, item)
            stamped = _stamped(record, first_line, before, theirs, is_kept=is_kept)
            if self._table.replace(stamped, existing):
                return outcome
            item, is_kept = self._table.get_one(record.key), False
        return None

    def _keep(self, record: Record, existing: Record, item: Item) -> bool:
        if self._keep_aside is None or not self._takes_over(record, existing):
            return False
        self._keep_aside([item])
        return True

    @staticmethod
    def _takes_over(record: Record, existing: Record) -> bool:
        """Whether a row of an import replaces what is not of that import."""
        mine, theirs = record.import_origin, existing.import_origin
        return (
            mine is not None
            and is_foreign(mine, theirs)
            and not mine.has_created(theirs)
            and not mine.is_outdated_by(theirs)
        )

    def _record_of(self, item: Item) -> Record:
        return record_of(item, self._schema)


def outcome_of(record: Record, first_line: int, before: str) -> ReplaceOutcome:
    """What a row counts as: by the line of its import that created the key, and the fingerprint of
    what was there, as its origin has them or is to have them."""
    origin = record.import_origin
    if origin is not None and origin.line == first_line:
        return "written"
    return "unchanged" if record.fingerprint() == before else "replaced"


def is_foreign(mine: Origin, theirs: Origin | None) -> bool:
    """Whether a record is not of the same import."""
    return theirs is None or mine.import_id != theirs.import_id


def _before_import(mine: Origin | None, existing: Record) -> tuple[int, str]:
    """The line of this import that created the key (0: it was there before), and the fingerprint
    of the first record that the import met or made there. Its rows are counted by these two, and
    not by the record that is there now, so that order and retries make no difference."""
    theirs = existing.import_origin
    if mine is None or theirs is None:
        return 0, existing.fingerprint()
    creator, line = theirs.created_by or ("", 0)
    first_line = line if creator == mine.import_id else 0
    if theirs.before and not is_foreign(mine, theirs):
        return first_line, theirs.before
    return first_line, existing.fingerprint()


def _is_overtaken(mine: Origin | None, theirs: Origin | None) -> bool:
    """Whether this very row, or a later one of its import, has the key already."""
    if mine is None or theirs is None or is_foreign(mine, theirs):
        return False
    return theirs.line >= mine.line


def _stamped(
    record: Record, first_line: int, before: str, seen: Origin | None, *, is_kept: bool
) -> Record:
    mine = record.import_origin
    if mine is None:
        return record
    creator = seen.created_by if seen is not None and not first_line else None
    aside_line = mine.line if is_kept else 0
    if seen is not None and not is_foreign(mine, seen):
        aside_line = seen.aside_line
    origin = replace(
        mine, first_line=first_line, before=before, creator=creator, aside_line=aside_line
    )
    return replace(record, origin=origin)
