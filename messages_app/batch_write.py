"""Batches of records from API clients: an outcome for each, and the register of days kept."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from common.deadline import Deadline
from messages_app.kinds import devices
from messages_app.schema.record import Record
from messages_app.store import day_index
from messages_app.store.bulk_insert import InsertResult, OnConflict, Outcome
from messages_app.store.repository import RecordRepository

# The outcomes that add a record to the table.
_NEW: tuple[Outcome, ...] = ("written", "kept")


def write(
    repository: RecordRepository,
    records: Sequence[Record],
    on_conflict: OnConflict,
    deadline: Deadline,
) -> list[InsertResult]:
    """Write records as if they came one after the other. Raises ServiceError, with some written.

    Under *replace* the last of the records with one key stands. Of those between the first and the
    last nothing is to be seen afterwards, and they are not sent.
    """
    results: dict[int, InsertResult] = {}
    for indexes in _rounds(records, on_conflict, results):
        placed = repository.insert_many([records[i] for i in indexes], on_conflict, deadline)
        day_index.add(new_by_date(placed), repository.kind)
        results.update(zip(indexes, placed, strict=True))
    devices.hear(repository.kind, repository.schema, records)
    return [results[index] for index in range(len(records))]


def new_by_date(placed: Sequence[InsertResult]) -> Counter[str]:
    """How many records were added to each date."""
    return Counter(one.key[0] for one in placed if one.outcome in _NEW)


def _rounds(
    records: Sequence[Record], on_conflict: OnConflict, results: dict[int, InsertResult]
) -> list[list[int]]:
    """The indexes of the records to send, first and last ones of a key apart; ``results`` gets
    those of the records that need not be sent."""
    if on_conflict != "replace":
        return [list(range(len(records)))]
    indexes_by_key: dict[tuple[str, str], list[int]] = {}
    for index, record in enumerate(records):
        indexes_by_key.setdefault(record.key, []).append(index)
    firsts, lasts = [], []
    for key, indexes in indexes_by_key.items():
        firsts.append(indexes[0])
        lasts += indexes[-1:] if len(indexes) > 1 else []
        for before, index in pairwise(indexes[:-1]):
            is_same = records[index].same_content(records[before])
            results[index] = InsertResult("unchanged" if is_same else "replaced", key)
    return [firsts, lasts]
