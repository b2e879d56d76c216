"""What is known of a chunk's rows is counted once, for the chunk and for its import."""

from dataclasses import replace

import pytest

from common.meters import IMPORT_SECONDS, ROWS, Units
from ingestion.models import State
from ingestion.rejects.mending.models import Mend
from ingestion.running.progress import Overtaken, chunk_done, finish_if_complete, keep_part
from messages_app.models import Day
from notices.models import Occurrence
from silence.models import Heard
from tests.ingestion.running.core.made import BYTES, FUTURE, end, made, now, part

pytestmark = pytest.mark.django_db


def rows_metered(outcome):
    return ROWS.labels(outcome, "messages", "")._value.get()


def days():
    return dict(Day.objects.values_list("date", "count"))


def test_the_parts_of_a_chunk_add_up():
    import_ = made(2, resumes=3)
    chunk = import_.chunks.get(number=1)
    before = rows_metered("written")

    nothing = part(units=Units(1, 0.5), rows_left=10)
    keep_part(import_, chunk, nothing, is_begun=False)
    assert (now(import_).read, now(import_).resumes, now(import_).bytes_done) == (0, 3, 0)

    first = part({"2026-01-02": 2}, rows_left=6, written=2, unchanged=2, units=Units(3, 2))
    keep_part(import_, chunk, first, is_begun=True)
    known = import_.chunks.get(number=1)
    assert (known.is_begun, known.is_done, known.keeps_copies) == (True, False, True)
    assert (known.parts_kept, known.rows_left, known.bytes_done) == (2, 6, BYTES * 4 // 10)
    assert (known.first_date, known.last_date) == ("2026-01-02", "2026-01-02")
    assert (now(import_).resumes, now(import_).bytes_done) == (0, BYTES * 4 // 10)

    second = part({"2026-01-01": 1, "2026-01-02": 1}, rows_left=4, written=2, units=Units(2, 1))
    keep_part(import_, chunk, second, is_begun=True)
    assert now(import_).bytes_done == BYTES * 6 // 10
    chunk_done(import_, chunk, part({"2026-01-03": 4}, written=4), repeated_times=2)
    known, whole = import_.chunks.get(number=1), now(import_)
    assert (known.is_done, known.parts_kept, known.bytes_done) == (True, 4, BYTES)
    assert (known.first_date, known.last_date) == ("2026-01-01", "2026-01-03")
    assert known.new_by_date == {"2026-01-01": 1, "2026-01-02": 3, "2026-01-03": 4} == days()
    assert (whole.read, whole.written, whole.unchanged) == (10, 8, 2)
    assert whole.receipt == known.receipt
    assert (whole.chunks_done, whole.repeated_times, whole.bytes_done) == (1, 2, BYTES)
    assert (whole.write_units, whole.read_units) == (6, 3.5)
    assert rows_metered("written") == before + 8
    assert whole.state == State.WRITING


def test_of_one_who_was_overtaken_only_what_it_consumed_is_counted():
    import_ = made(2)
    stale = import_.chunks.get(number=1)
    keep_part(import_, import_.chunks.get(number=1), part(rows_left=9, written=1), is_begun=True)
    before = rows_metered("written")

    with pytest.raises(Overtaken):
        keep_part(import_, stale, part(written=10, units=Units(2, 1)), is_begun=False)
    chunk_done(import_, stale, part({FUTURE: 9}, written=9, units=Units(3, 1)), repeated_times=1)

    whole = now(import_)
    assert (whole.read, whole.chunks_done, whole.repeated_times) == (1, 0, 0)
    assert (whole.write_units, whole.read_units) == (5, 2)
    assert (import_.chunks.get(number=1).is_begun, days()) == (True, {FUTURE: 0})
    assert rows_metered("written") == before


def test_a_chunk_is_counted_once():
    import_ = made(2)
    stale = import_.chunks.get(number=1)
    for chunk in (import_.chunks.get(number=1), stale):
        counted = replace(part({FUTURE: 10}, written=10), newest={"a-device": 7})
        chunk_done(import_, chunk, counted, repeated_times=1)
    whole = now(import_)
    assert (whole.read, whole.chunks_done, whole.repeated_times) == (10, 1, 1)
    assert days() == {FUTURE: 10}
    assert [one.newest for one in Heard.objects.all()] == [{"a-device": 7}]
    assert whole.notices == []  # they are worked out at its end


def test_with_rows_that_were_mended_their_parent_is_settled():
    parent = made(0, state=State.DONE, rejected=2)
    child = made(2, key="b.csv", identity="mended-1", parent=parent)
    Mend.objects.create(import_record=parent, line=7, state="loading", child=child)
    counted = replace(part(written=1), stored_lines=[7])
    chunk_done(child, child.chunks.get(number=1), counted)
    assert (Mend.objects.get().state, now(parent).mended) == ("mended", 1)


def test_a_forecast_is_in_no_metric():
    import_ = made(2, dry_run=True)
    before = rows_metered("written")
    chunk_done(import_, import_.chunks.get(number=1), part(written=10))
    assert now(import_).read == 10
    assert rows_metered("written") == before


def test_rows_that_are_counted_behind_the_end_are_in_its_notices():
    import_ = made(2, state=State.CANCELLED, resumes=2)
    chunk_done(import_, import_.chunks.get(number=1), part({FUTURE: 1}, written=1))
    assert (now(import_).read, now(import_).state) == (1, State.CANCELLED)
    assert [one["code"] for one in now(import_).notices] == ["future_moments"]


def test_the_last_chunk_ends_the_import_and_people_are_told_once():
    import_ = made(2, bytes_total=100 + 2 * BYTES)
    ends = IMPORT_SECONDS.labels("messages")._sum
    before = ends.get()
    for chunk in import_.chunks.all():
        assert end(import_) == (State.WRITING, "")
        chunk_done(import_, chunk, part({FUTURE: 10}, written=10))
    whole = now(import_)
    assert end(import_) == (State.DONE, "")
    assert (whole.bytes_done, whole.chunks_done) == (100 + 2 * BYTES, 2)
    assert whole.repeated_times == 0
    assert [one["code"] for one in whole.notices] == ["future_moments"]
    assert [one.event for one in Occurrence.objects.all()] == ["import_done"]
    assert before < ends.get() < before + 60
    finish_if_complete(import_)
    assert now(import_).finished_at == whole.finished_at


@pytest.mark.parametrize(
    "fields",
    [{"is_planned": False}, {"dry_run": True}, {"state": State.CANCELLED}],
    ids=str,
)
def test_an_import_is_not_ended_by_its_chunks(fields):
    import_ = made(**fields)
    chunk_done(import_, import_.chunks.get(), part(written=10))
    assert now(import_).state == fields.get("state", State.WRITING)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"read": 10, "written": 10}, (State.DONE, "")),
        ({"read": 10, "kept": 9}, (State.FAILED, "receipt_mismatch")),
        ({}, (State.FAILED, "no_rows")),
    ],
    ids=str,
)
def test_an_end_is_good_when_each_row_that_was_read_is_accounted_for(counts, expected):
    import_ = made(**counts)
    import_.chunks.update(is_done=True, **counts)
    finish_if_complete(import_)
    assert end(import_) == expected


def test_counts_of_an_import_that_are_not_those_of_its_chunks_are_a_failure():
    import_ = made(read=10, written=10)
    import_.chunks.update(is_done=True, read=9, written=9)
    finish_if_complete(import_)
    assert end(import_) == (State.FAILED, "receipt_mismatch")


def test_an_import_without_chunks_has_no_rows():
    import_ = made(0)
    finish_if_complete(import_)
    assert end(import_) == (State.FAILED, "no_rows")
    assert "Add rows" in now(import_).error_detail
