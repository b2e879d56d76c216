"""Bulk inserts with an outcome per row.

A row is inserted, never put: a record that is there already is not overwritten by accident. Rows
whose key is taken are compared with the record that has it, and the policy decides. Which rows
were written by an earlier run of the same import is read from the records' origins, so that a run
that was killed half-way can be repeated and counts the same.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from messages_app.deadline import Deadline
from messages_app.dynamodb import Table
from messages_app.items import message_of
from messages_app.record import BESIDE, DIGEST_LENGTHS, Message, Origin
from messages_app.schema import Schema

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OnConflict = Literal["keep", "replace", "reject"]
ON_CONFLICT: tuple[OnConflict, ...] = ("keep", "replace", "reject")
# What became of a row. "taken" is the caller's reject: a different record has the key.
Outcome = Literal["written", "unchanged", "kept", "replaced", "taken"]

_THREADS = 8


@dataclass(slots=True)
class _Row:
    """A row on its way: ``message`` has the key that is tried now, ``digests`` counts the keys
    beside the plain one that were tried."""

    index: int
    message: Message
    digests: int = 0


class BulkInsert:
    """Inserts rows into one table under one policy."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        schema: Schema,
        on_conflict: OnConflict,
        deadline: Deadline,
    ) -> None:
        self._table = Table(client, table, deadline)
        self._schema = schema
        self._on_conflict = on_conflict

    def run(self, messages: list[Message]) -> list[Outcome]:
        """The outcomes, in the order of the messages. Raises ServiceError, with some written."""
        outcomes: dict[int, Outcome] = {}
        waiting = [_Row(index, message) for index, message in enumerate(messages)]
        with ThreadPoolExecutor(_THREADS) as pool:
            while waiting:
                wave, waiting = _distinct_keys(waiting)
                waiting += self._insert_wave(pool, wave, outcomes)
        return [outcomes[index] for index in range(len(messages))]

    def _insert_wave(
        self, pool: ThreadPoolExecutor, wave: list[_Row], outcomes: dict[int, Outcome]
    ) -> list[_Row]:
        """Insert rows with distinct keys; those that have to be tried under another key."""
        inserted = self._table.insert(pool, [row.message for row in wave])
        taken = []
        for row, is_new in zip(wave, inserted, strict=True):
            if is_new:
                outcomes[row.index] = "kept" if row.digests else "written"
            else:
                taken.append(row)
        items = self._table.get(pool, [row.message.key for row in taken])
        existing = {key: message_of(item, self._schema) for key, item in items.items()}
        decisions = pool.map(lambda row: self._decide(row, existing.get(row.message.key)), taken)
        again = []
        for row, outcome in zip(taken, decisions, strict=True):
            if outcome is None:
                again.append(row)
            else:
                outcomes[row.index] = outcome
        return again

    def _decide(self, row: _Row, existing: Message | None) -> Outcome | None:
        """The outcome of a row whose key was taken; None when it has to be inserted again."""
        if existing is None:  # deleted since
            return None
        if self._on_conflict == "replace":
            return self._replace(row, existing)
        origin = row.message.origin
        if origin is not None and origin.is_row(existing.origin):
            return "kept" if BESIDE in existing.time else "written"
        if existing.same_content(row.message):
            return "unchanged"
        if self._on_conflict == "reject":
            return "taken"
        if row.digests == len(DIGEST_LENGTHS):  # only where records beside it were edited since
            return "taken"
        row.message = row.message.beside(DIGEST_LENGTHS[row.digests])
        row.digests += 1
        return None

    def _replace(self, row: _Row, existing: Message | None) -> Outcome | None:
        """Of the rows of one import that have this key, the last in the file stands."""
        while existing is not None:
            mine, theirs = row.message.origin, existing.origin
            if mine is not None and theirs is not None and mine.import_id == theirs.import_id:
                if theirs.line >= mine.line:
                    return _outcome_of_earlier_run(mine, theirs)
                first_line = theirs.first_line if theirs.outcome else theirs.line
            else:
                first_line = 0
            outcome: Outcome = "unchanged" if existing.same_content(row.message) else "replaced"
            stamped = _stamped(row.message, outcome, first_line)
            if self._table.replace(stamped):
                return outcome
            item = self._table.get_one(row.message.key)
            existing = message_of(item, self._schema) if item is not None else None
        return None


def _stamped(message: Message, outcome: str, first_line: int) -> Message:
    if message.origin is None:
        return message
    return replace(message, origin=replace(message.origin, outcome=outcome, first_line=first_line))


def _outcome_of_earlier_run(mine: Origin, theirs: Origin) -> Outcome:
    """``theirs`` is this very row, or a later one that took the key over from it."""
    first_line = theirs.first_line if theirs.outcome else theirs.line
    if mine.line == first_line:
        return "written"
    if mine.line == theirs.line and theirs.outcome == "unchanged":
        return "unchanged"
    return "replaced"


def _distinct_keys(rows: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Rows with distinct keys, and the others: one batch must not name a key twice."""
    keys: set[tuple[str, str]] = set()
    wave: list[_Row] = []
    later: list[_Row] = []
    for row in rows:
        (later if row.message.key in keys else wave).append(row)
        keys.add(row.message.key)
    return wave, later
