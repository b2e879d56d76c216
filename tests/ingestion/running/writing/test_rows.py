"""The rows of a chunk, told in parts: each row is in one of them, and nothing is told twice."""

from decimal import Decimal
from typing import ClassVar

import pytest

from common.meters import Units
from ingestion.models import Receipt
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects.packed import unpack
from ingestion.running.writing import left_lines
from ingestion.running.writing.devices import DevicesOfRows
from ingestion.running.writing.rows import Rows
from messages_app.kinds.devices import Newest
from messages_app.schema.record import Origin
from messages_app.schema.validation import Fault
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.expiring import retention
from tests.ingestion.helpers import DATE, FIRST_SECOND
from tests.messages_app.records import record

WRONG = Fault("local_avg", "x", "not_a_number", "must be a number")
DAY = 86_400
NEXT_DATE = "2019-05-29"


def good(line: int, second: int = 0) -> ParsedRow:
    message = record(FIRST_SECOND + second, local_avg=Decimal(line), origin=Origin("me", line))
    return ParsedRow(line, ["cell"], message, [])


def wrong(line: int) -> ParsedRow:
    return ParsedRow(line, ["x"], None, [WRONG])


def outcomes(rows: Rows, **placed: str) -> dict[int, InsertResult]:
    """Rows of these places, ``_0`` the first, with what became of them."""
    numbers = {int(name[1:]): outcome for name, outcome in placed.items()}
    return {
        place: InsertResult(outcome, rows.records()[place].key)
        for place, outcome in numbers.items()
    }


def with_rows(*all_: ParsedRow, are_mended: bool = False) -> Rows:
    rows = Rows(are_mended=are_mended)
    for row in all_:
        rows.add(row)
    return rows


def test_what_is_not_filled_in_is_nothing() -> None:
    rows = Rows()
    part = rows.part()
    assert (part.receipt, part.rows_left, part.left, part.unread_bytes) == (Receipt(), 0, [], 0)
    assert (part.stored_lines, part.rejected_again, part.faults) == ([], [], [])
    assert (rows.count, rows.repeated_times) == (0, 0)
    assert (rows.are_mended, rows.is_all_known, rows.has_news) == (False, True, False)


def test_each_outcome_has_its_column() -> None:
    rows = with_rows(*(good(line, line) for line in range(2, 8)), wrong(8))
    names = ("written", "unchanged", "kept", "replaced", "outdated", "key_conflict")
    rows.place(outcomes(rows, **{f"_{place}": name for place, name in enumerate(names)}))
    part = rows.part()
    assert part.receipt == Receipt(7, 1, 1, 1, 1, 1, 2)
    assert part.new_by_date == {DATE: 2}
    assert (part.dates, part.rows_left) == ({DATE}, 0)
    assert [(row.line, row.faults[0].code) for row in unpack(part.rejects.pack())] == [
        (7, "key_taken"),
        (8, "not_a_number"),
    ]
    assert {(one["code"], one["count"]) for one in part.faults} == {
        ("key_taken", 1),
        ("not_a_number", 1),
    }


def test_a_row_is_told_of_in_one_part() -> None:
    rows = with_rows(good(2), wrong(3), good(4, DAY))
    assert (rows.count, rows.has_news, rows.is_all_known) == (3, True, False)
    first = rows.part()
    assert first.receipt == Receipt(read=1, rejected=1)
    assert (first.rows_left, first.left) == (2, [[2, 2], [4, 4]])
    assert (rows.has_news, rows.is_all_known) == (False, False)
    rows.place(outcomes(rows, _1="written"))
    assert (rows.has_news, rows.is_all_known) == (True, False)
    second = rows.part()
    assert second.receipt == Receipt(read=1, written=1)
    assert (second.new_by_date, second.dates) == ({NEXT_DATE: 1}, {NEXT_DATE})
    assert (second.faults, len(second.rejects), second.left) == ([], 0, [[2, 2]])
    rows.place(outcomes(rows, _0="unchanged"))
    third = rows.part()
    assert third.receipt == Receipt(read=1, unchanged=1)
    assert (third.new_by_date, third.dates) == ({}, {DATE})
    assert rows.is_all_known
    assert rows.part().receipt == Receipt()


def test_rows_that_were_told_before_end_a_range_of_those_left() -> None:
    rows = with_rows(good(2), good(3, 1))
    rows.pass_over()
    rows.add(good(5, 2))
    rows.pass_over()
    rows.pass_over()
    rows.add(good(8, 3))
    rows.add(good(11, 4))
    part = rows.part()
    assert part.left == [[2, 3], [5, 5], [8, 11]]
    assert (rows.count, part.rows_left) == (5, 5)
    assert all(left_lines.holds(part.left, line) for line in (2, 3, 5, 8, 11))
    assert not any(left_lines.holds(part.left, line) for line in (1, 4, 6, 7, 12))


@pytest.mark.parametrize("are_mended", [False, True])
def test_of_mended_rows_each_is_told_of_once(are_mended: bool) -> None:
    rows = with_rows(good(2), good(3, 1), wrong(4), good(5, 2), are_mended=are_mended)
    rows.place(outcomes(rows, _0="written", _1="key_conflict"))
    part = rows.part()
    assert part.stored_lines == ([2] if are_mended else [])
    assert [row.line for row in part.rejected_again] == ([4, 3] if are_mended else [])
    rows.place(outcomes(rows, _2="unchanged"))
    part = rows.part()
    assert part.stored_lines == ([5] if are_mended else [])
    assert part.rejected_again == []


def test_rows_whose_date_has_expired_are_rejects_and_the_others_are_not() -> None:
    retention.known.hold({"messages": 10})
    rows = with_rows(good(2), good(3, 10_000 * DAY), wrong(4))
    part = rows.part()
    assert part.receipt == Receipt(read=2, rejected=2)
    assert [row.line for row in rows.good] == [3]
    expired, _ = unpack(part.rejects.pack())
    assert (expired.line, expired.cells) == (2, ["cell"])
    assert expired.faults[0].code == "expired"
    assert expired.faults[0].value == DATE
    assert "older than the 10 days" in expired.faults[0].detail


def test_whether_a_date_has_expired_is_asked_once_for_all_its_rows() -> None:
    retention.known.hold({"messages": 10})
    rows = with_rows(good(2))
    retention.known.hold({})
    rows.add(good(3))
    assert (rows.good, rows.part().receipt.rejected) == ([], 2)


def test_a_device_was_heard_of_by_rows_that_were_placed() -> None:
    rows = Rows(devices=DevicesOfRows(Newest(("location",), "timestamp")))
    for second in range(3):
        rows.add(good(second + 2, second))
    rows.place(outcomes(rows, _0="written", _1="unchanged"))
    assert rows.part().newest == {"location-03": FIRST_SECOND + 1}
    assert rows.part().newest == {}


def test_what_was_wrong_with_a_device_is_told_of_rows_that_are_no_records() -> None:
    class Devices(DevicesOfRows):
        seen: ClassVar[list[int]] = []

        def reject(self, row: ParsedRow) -> None:
            self.seen.append(row.line)

    rows = Rows(devices=Devices())
    for row in (good(2), wrong(3), good(4, 1)):
        rows.add(row)
    rows.place(outcomes(rows, _0="key_conflict"))
    assert Devices.seen == [3]


def test_units_are_told_once() -> None:
    rows = with_rows(good(2))
    assert rows.part().units == rows.units() == Units()
