"""The rows of a chunk and what became of them, told in parts that are counted once."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.meters import Consumed, Units
from ingestion.models import Receipt
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects.packed import Packer
from ingestion.rejects.summary import Summary
from ingestion.running.writing import left_lines
from ingestion.running.writing.devices import DevicesOfRows
from messages_app.batch_write import new_by_date
from messages_app.schema.record import Record, key_taken
from messages_app.schema.schema import MESSAGES
from messages_app.schema.validation import Fault
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.expiring import retention


@dataclass(frozen=True, slots=True)
class Part:
    """What became of some rows of a chunk.

    ``dates`` are those of the good ones, ``new_by_date`` counts the records that they added, and
    ``left`` are the lines of the ``rows_left`` ones of which nothing is known yet.
    ``unread_bytes`` are left of a chunk in which the import came to an early end.
    """

    receipt: Receipt
    rejects: Packer
    faults: list[dict[str, Any]]
    dates: Collection[str]
    new_by_date: Mapping[str, int]
    left: left_lines.Ranges
    rows_left: int
    unread_bytes: int
    # Of a forecast, what was found besides the counts.
    looked: dict[str, Any] | None = None
    # What was consumed of the table since the last part.
    units: Units = field(default_factory=Units)
    # Of rows that were mended: the lines of those that were stored, and those that were not.
    stored_lines: list[int] = field(default_factory=list)
    rejected_again: list[ParsedRow] = field(default_factory=list)
    # By device: the newest moment of its rows, and what was wrong with those that were rejected.
    newest: Mapping[str, int] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Rows:
    """What was read of a chunk: the good rows as they are, those that are not in few bytes."""

    kind: str = MESSAGES
    # Whether they were mended, and each is to be told of.
    are_mended: bool = False
    devices: DevicesOfRows = field(default_factory=DevicesOfRows)
    count: int = 0
    unread_bytes: int = 0
    # Of all rows of the chunk, whose time clocks show twice.
    repeated_times: int = 0
    good: list[ParsedRow] = field(default_factory=list)
    # The number of each good row among all rows of the chunk, those too that were told before.
    _numbers: list[int] = field(default_factory=list)
    _passed: int = 0
    _left: set[int] = field(default_factory=set)
    _to_tell: int = 0
    _outcomes: Counter[str] = field(default_factory=Counter)
    _new: Counter[str] = field(default_factory=Counter)
    _dates: set[str] = field(default_factory=set)
    rejects: Packer = field(default_factory=Packer)
    _stored_lines: list[int] = field(default_factory=list)
    _rejected_again: list[ParsedRow] = field(default_factory=list)
    _faults: Summary = field(default_factory=Summary)
    _refusals: dict[str, str | None] = field(default_factory=dict)
    _consumed: Consumed = field(default_factory=Consumed)

    def add(self, row: ParsedRow) -> None:
        """A row that was read."""
        self.count += 1
        self._to_tell += 1
        if row.record is not None and (why := self._refusal(row.record.date)):
            row = row.rejected(Fault("", row.record.date, "expired", why))
        if row.record is None:
            self._reject(row)
            self.devices.reject(row)
        else:
            self._left.add(len(self.good))
            self.good.append(row)
            self._numbers.append(self.count + self._passed)

    def _refusal(self, date: str) -> str | None:
        """Why records of this date cannot be stored; asked for once in a chunk."""
        if date not in self._refusals:
            self._refusals[date] = retention.refusal(date, self.kind)
        return self._refusals[date]

    def pass_over(self) -> None:
        """A row of which an earlier task has told."""
        self._passed += 1

    def records(self) -> list[Record]:
        """Of the good rows."""
        return [row.record for row in self.good if row.record is not None]

    def place(self, placed: Mapping[int, InsertResult]) -> None:
        """What became of good rows, by their place."""
        self._left -= placed.keys()
        self._new += new_by_date(list(placed.values()))
        if self.devices.are_followed:
            self.devices.add(self.good[index].record for index in placed)
        for index, result in placed.items():
            row = self.good[index]
            record = row.record
            if record is None:
                continue
            self._dates.add(record.date)
            if result.outcome == "key_conflict":
                self._reject(row.rejected(_key_taken(record)))
            else:
                self._outcomes[result.outcome] += 1
                if self.are_mended:
                    self._stored_lines.append(row.line)

    @property
    def is_all_known(self) -> bool:
        return not self._left

    @property
    def has_news(self) -> bool:
        """Whether more is known than was told."""
        return self._to_tell > len(self._left)

    def units(self) -> Units:
        """What was consumed of the table and was not told yet."""
        return self._consumed.taken()

    def part(self) -> Part:
        """What is known and was not told yet."""
        left = sorted(self._left)
        newest, wrong = self.devices.taken()
        receipt = Receipt(
            read=self._to_tell - len(left),
            written=self._outcomes["written"],
            unchanged=self._outcomes["unchanged"],
            kept=self._outcomes["kept"],
            replaced=self._outcomes["replaced"],
            outdated=self._outcomes["outdated"],
            rejected=len(self.rejects),
        )
        part = Part(
            receipt=receipt,
            rejects=self.rejects,
            faults=self._faults.as_json(),
            dates=self._dates,
            new_by_date=self._new,
            left=left_lines.ranges((self._numbers[i], self.good[i].line) for i in left),
            rows_left=len(left),
            unread_bytes=self.unread_bytes,
            stored_lines=self._stored_lines,
            rejected_again=self._rejected_again,
            units=self.units(),
            newest=newest,
            wrong=wrong,
        )
        self._to_tell = len(left)
        self._outcomes, self._new, self._dates = Counter(), Counter(), set()
        self.rejects, self._faults = Packer(), Summary()
        self._stored_lines, self._rejected_again = [], []
        return part

    def _reject(self, row: ParsedRow) -> None:
        self.rejects.add(row)
        self._faults.add(row)
        if self.are_mended:
            self._rejected_again.append(row)


def _key_taken(record: Record) -> Fault:
    return Fault("", record.time, "key_taken", key_taken(record.key))
