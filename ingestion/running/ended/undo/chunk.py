"""Taking back the records of one chunk: its rows are read again, the records that they became are
looked for, and those that nobody edited are deleted, or make room for what they had replaced.

Harmless to repeat, to kill at any moment, and to run twice at once. What was found is remembered
before anything is done; so a record that is not there any more, and was found once, was taken back,
unless the audit trail knows who deleted it since.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import structlog

from common.deadline import Deadline
from common.errors import ServiceError, is_throttling
from common.meters import Consumed
from ingestion.models import Chunk, Import
from ingestion.running.ended.undo import account, left
from ingestion.running.ended.undo.account import ChunkOutcome
from ingestion.running.ended.undo.columns import Undo, WithoutCopy
from ingestion.running.ended.undo.former import Former, Formers, latest_edits
from ingestion.running.ended.undo.found import (
    DELETED,
    RESTORED,
    ChunkRows,
    Findings,
    Written,
    line_of,
)
from ingestion.running.progress import Queue
from ingestion.running.writing import consumption
from ingestion.running.writing.pause import pause_seconds
from messages_app.editing import target_of
from messages_app.schema.record import Record
from messages_app.store.batch_requests import out_of_time
from messages_app.store.conditional.taking_back import Reversal, TakenBack
from messages_app.store.pacing import throttled
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)

# Records that somebody changes at the same time are looked at again so often.
_ROUNDS = 5


def undo(
    import_: Import,
    chunk: Chunk,
    repository: RecordRepository,
    queue: Queue,
    deadline: Deadline,
) -> None:
    """Take a chunk back, or go on with it. Raises FileError and ServiceError."""
    if not account.begin_chunk(import_, chunk):
        account.finish_if_complete(import_)
        return
    work, consumed = _Work(import_, chunk, repository, deadline), Consumed()
    try:
        work.run()
    except ServiceError as error:
        if not (is_throttling(error.code) or work.is_ahead):
            raise
        delay_seconds = 0
        if work.is_ahead:
            account.progressed(import_)
        else:
            delay_seconds = pause_seconds()
        log.info("taking back goes on later", chunk=chunk.number, code=error.code)
        queue.undo(str(import_.pk), chunk.number, delay_seconds)
    finally:
        consumption.count(import_, consumed.taken())


class _Work:
    """On one chunk, in one task. ``is_ahead`` tells whether anything was taken back."""

    def __init__(
        self, import_: Import, chunk: Chunk, repository: RecordRepository, deadline: Deadline
    ) -> None:
        self.is_ahead = False
        self._import = import_
        self._chunk = chunk
        self._repository = repository
        self._deadline = deadline
        self._formers = Formers(import_, repository)

    def run(self) -> None:
        self._rows = ChunkRows(self._import, self._chunk, self._deadline)
        self._findings = self._remembered()
        self._follow_earlier()
        self._take_all_back()

    def _take_all_back(self) -> None:
        for _ in range(_ROUNDS):
            there = self._rows.find(self._repository, self._deadline)
            own = {line: one for line, one in there.items() if not one.is_edited}
            formers = self._formers.find(one.record for one in own.values())
            no_copy = self._without_copy(own, formers)
            wanted = [one for line, one in own.items() if line not in no_copy]
            if not wanted:
                break
            if self._take_back(wanted, formers):
                break
        else:
            raise throttled("take records back that are changed all the time")
        edited = {line: one for line, one in there.items() if one.is_edited}
        self._end(edited, no_copy)

    def _remembered(self) -> Findings:
        if self._chunk.undo_found is None:
            return Findings()
        return Findings.from_json(self._chunk.undo_found, self._rows.numbers)

    def _without_copy(
        self, own: Mapping[int, Written], formers: Mapping[tuple[str, str], Former]
    ) -> dict[int, Written]:
        """The records that stay, as what they replaced cannot come again. One that only took over
        an equal record stays too."""
        return {
            line: one
            for line, one in own.items()
            if formers[one.record.key].is_lost and (self._is_left or one.outcome == "unchanged")
        }

    @property
    def _is_left(self) -> bool:
        """Whether records stay of which what they replaced cannot come again."""
        return self._import.undo_without_copy != WithoutCopy.DELETE

    def _take_back(self, wanted: list[Written], formers: Mapping[tuple[str, str], Former]) -> bool:
        """Delete the records, or put back what was there before. False when some were changed
        meanwhile, and are to be looked at again. Raises ServiceError, with some done."""
        for one in wanted:
            is_restored = formers[one.record.key].item is not None
            action = RESTORED if is_restored else DELETED
            self._findings.lines[one.line] = (action, one.outcome)
        self._save()
        reversals = [Reversal(one.record, formers[one.record.key].item) for one in wanted]
        done = self._repository.take_back(reversals, self._deadline)
        self.is_ahead = self.is_ahead or True in done.is_done
        self._follow(formers[one.record.key] for one in wanted)
        return all(_known(done))

    def _follow(self, put_back: Iterable[Former]) -> None:
        """What was put back may be of an import whose taking back has begun at the same time, and
        did not see it: then it goes, too; not in vain, as in _without_copy. Raises ServiceError,
        with some gone."""
        self._formers.forget()
        while late := self._formers.not_to_come(put_back):
            before = self._formers.find(late)
            again = [
                Reversal(record, before[record.key].item)
                for record in late
                if not (before[record.key].is_lost and self._is_left)
            ]
            _known(self._repository.take_back(again, self._deadline))
            put_back = before.values()
            self._formers.forget()

    def _follow_earlier(self) -> None:
        """The same of what a task put back that ended before it could look, as the table has it."""
        lines = self._findings.lines
        rows = [one for one in self._rows.records if lines.get(line_of(one), ("",))[0] == RESTORED]
        if rows:
            there = self._repository.stored_under(rows, self._deadline).values()
            self._follow(Former(record=one) for one in there if not self._is_own(one))

    def _is_own(self, record: Record) -> bool:
        origin = record.import_origin
        return origin is not None and origin.import_id == str(self._import.pk)

    def _save(self) -> None:
        is_first = self._chunk.undo_found is None
        found = self._findings.as_json(self._rows.numbers)
        self._chunk.undo_found = account.save_found(self._chunk, found, is_first=is_first)
        self._findings = self._remembered()

    def _end(self, edited: dict[int, Written], no_copy: dict[int, Written]) -> None:
        lines = self._findings.lines
        taken = {line: known for line, known in lines.items() if line not in edited | no_copy}
        for line in self._deleted_by_others(taken):
            del taken[line]
        edited, no_copy = _counted(edited), _counted(no_copy)
        left.store(self._import, self._chunk, _records(edited), _records(no_copy))
        outcome = self._outcome(taken, edited | no_copy)
        account.chunk_undone(self._import, self._chunk, outcome)

    def _deleted_by_others(self, taken: Mapping[int, tuple[str, str]]) -> list[int]:
        """Of the rows that were found, those whose records somebody deleted since."""
        records = {
            line_of(row): self._key_of(row, taken[line_of(row)][1])
            for row in self._rows.records
            if taken.get(line_of(row), ("", ""))[0] == DELETED
        }
        since = datetime.fromtimestamp(self._findings.at, UTC)
        found = latest_edits(records.values(), self._repository.kind, since, "deleted")
        return [line for line, record in records.items() if target_of(record) in found]

    @staticmethod
    def _key_of(row: Record, outcome: str) -> Record:
        return row.with_conflict_suffix(6) if outcome == "kept" else row

    def _outcome(
        self, taken: Mapping[int, tuple[str, str]], staying: Mapping[int, Written]
    ) -> ChunkOutcome:
        dates = {line_of(row): row.date for row in self._rows.records}
        days: Counter[str] = Counter()
        uncounted: Counter[str] = Counter()
        counts: Counter[str] = Counter()
        for line, (action, outcome) in taken.items():
            days[dates[line]] -= action == DELETED
            counts[action] += outcome != "unchanged"
        known = {line: outcome for line, (_, outcome) in taken.items()}
        known |= {line: one.outcome for line, one in staying.items()}
        for line, outcome in known.items():
            if not self._rows.is_counted(line) and outcome != "unchanged":
                uncounted[outcome] += 1
                days[dates[line]] += outcome in ("written", "kept")
        stored = self._chunk.receipt.stored + uncounted.total()
        gone = stored - counts[DELETED] - counts[RESTORED] - len(staying)
        left_new = Counter(
            one.record.date for one in staying.values() if one.outcome in ("written", "kept")
        )
        undone = Undo(counts[DELETED], counts[RESTORED], len(staying), gone)
        return ChunkOutcome(undone, days, left_new, uncounted)


def _known(done: TakenBack) -> list[bool | None]:
    """Whether each was done. Raises ServiceError where that is not known of some."""
    if done.error is not None:
        raise done.error
    if None in done.is_done:
        raise out_of_time("take records back")
    return done.is_done


def _counted(found: Mapping[int, Written]) -> dict[int, Written]:
    """Those that the import counts as stored."""
    return {line: one for line, one in found.items() if one.outcome != "unchanged"}


def _records(found: Mapping[int, Written]) -> dict[int, Record]:
    return {line: one.record for line, one in found.items()}
