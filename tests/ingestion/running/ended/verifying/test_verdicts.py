"""What is said of one row, by what has its key: a stand-in for the look at the table."""

from decimal import Decimal

import pytest

from ingestion.running.ended.verifying.models import Verification
from ingestion.running.ended.verifying.verdicts import Judge
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, QueueOrigin
from messages_app.schema.version import ObjectVersion
from messages_app.store.bulk_insert import ON_CONFLICT
from messages_app.store.items import item_of
from tests.pages.record_pages import made

OLD, NEW = ObjectVersion("d", 1), ObjectVersion("d", 2)


def row(line, second=0, import_id="mine", avg=1, **origin):
    return made(second, Origin(import_id, line, **origin), local_avg=Decimal(avg))


class There:
    """What the table has."""

    def __init__(self, *records):
        self._items = {one.key: item_of(one, MESSAGE) for one in records}
        self.asked = []

    def at(self, keys):
        self.asked.append(len(keys))
        return {key: self._items[key] for key in keys if key in self._items}


def said(rows, *there, policy="keep", is_kept=False):
    verdicts = Judge(There(*there), MESSAGE, policy, is_kept).verdicts(rows)
    return [(one.code, one.other.import_origin.line if one.other else None) for one in verdicts]


def beside(record, length=6):
    return record.with_conflict_suffix(length)


def test_a_row_stands_whoever_made_its_record_and_none_is_gone():
    rows = [row(2), row(3, 1), row(4, 2)]
    assert said(rows, row(7, 0, "other"), rows[2]) == [
        ("stands", None),
        ("gone", None),
        ("stands", None),
    ]


def test_the_rows_own_record_with_another_content_was_edited():
    for policy in ON_CONFLICT:
        assert said([row(2)], row(2, avg=9), policy=policy) == [("edited", 2)]


def test_only_where_another_record_has_its_key_a_row_is_looked_for_beside_it():
    there = There(row(2), row(7, 1, "other", avg=9))
    Judge(there, MESSAGE, "keep", is_kept=True).verdicts([row(2), row(3, 1)])
    assert there.asked[:3] == [2, 1, 0]


@pytest.mark.parametrize("length", [6, 12, 24, 64])
def test_a_record_beside_the_key_stands_or_was_edited_under_every_length(length):
    mine, other = row(2), row(7, 0, "other", avg=9)
    shorter = [one for one in (6, 12, 24) if one < length]
    others = []
    for one in shorter:  # of other rows, that happen to have its digest
        copy = row(8, 0, "third", avg=5)
        others.append(copy.with_time(beside(mine, one).time))
    kept = beside(mine, length)
    assert said([mine], other, *others, kept) == [("stands", None)]
    edited = row(2, avg=3).with_time(kept.time)
    assert said([mine], other, *others, edited) == [("edited", 2)]
    assert said([mine], other, *others, kept, policy="reject") == [("different", 7)]


def test_a_free_key_beside_ends_the_search():
    mine = row(2)
    assert said([mine], row(7, 0, "other", avg=9), beside(mine, 12)) == [("different", 7)]


def test_several_rows_beside_are_each_found():
    rows = [row(2), row(3, avg=2), row(4, avg=3)]
    there = [row(9, 0, "other", avg=9), *(beside(one) for one in rows[::2])]
    assert said(rows, *there) == [("stands", None), ("different", 9), ("stands", None)]
    assert said(rows, *there, is_kept=True) == [("stands", None), ("gone", None), ("stands", None)]


def test_a_record_of_no_file_is_a_different_one():
    by_queue = made(0, QueueOrigin("q", "m"), local_avg=Decimal(9))
    by_hand = made(0, None, local_avg=Decimal(9))
    for other in (by_queue, by_hand):
        [verdict] = Judge(There(other), MESSAGE, "keep", True).verdicts([row(2)])
        assert (verdict.code, verdict.other.origin) == ("different", other.origin)


def test_another_import_has_the_key_as_a_newer_version_or_in_its_place():
    mine = row(2, version=OLD)
    assert said([mine], row(7, 0, "other", 9, version=NEW)) == [("outdated", 7)]
    assert said([row(2, version=NEW)], row(7, 0, "other", 9, version=OLD)) == [("different", 7)]
    assert said([mine], row(7, 0, "other", 9, before="f")) == [("replaced", 7)]


def test_under_replace_the_last_row_of_a_key_stands_for_all():
    rows = [row(2, avg=1), row(3, avg=2), row(4, avg=3)]
    assert said(rows, rows[1], policy="replace") == [("stands", None)] * 2 + [("gone", 3)]


def test_a_row_whose_equal_one_was_edited_was_so_too():
    rows = [row(2, avg=1), row(3, avg=1), row(4, avg=2)]
    edited = row(2, avg=9)
    assert said(rows, edited, is_kept=True) == [("edited", 2), ("edited", 2), ("gone", 2)]


@pytest.mark.parametrize(("is_kept", "code"), [(True, "gone"), (False, "edited")])
def test_a_row_of_another_chunk_has_the_key(is_kept, code):
    assert said([row(4)], row(2, avg=9), is_kept=is_kept) == [(code, 2)]


def test_a_verification_is_equal_when_it_is_done_and_nothing_differs():
    counts = {"read": 5, "stands": 4, "rejected": 1}
    assert Verification(state="done", counts=counts).is_equal
    for state in ("running", "failed", "cancelled"):
        assert not Verification(state=state, counts=counts).is_equal
    for name in ("gone", "edited", "replaced", "different"):
        one = Verification(state="done", counts={**counts, name: 2})
        assert (one.is_equal, one.differing) == (False, 2)
    assert not Verification(state="done", counts={**counts, "miscounted": 1}).is_equal
    assert Verification(state="running").is_running
    assert not Verification(state="done").is_running
