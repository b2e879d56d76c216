"""A verification finds the lines whose records are not as the import left them, and no others."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from common.aws.clients import s3_client
from ingestion.models import Import
from ingestion.running import lifecycle, recovery
from ingestion.running.ended.verifying import account
from ingestion.running.ended.verifying.account import NotVerifiable
from ingestion.running.ended.verifying.models import Verification
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.bulk_insert import ON_CONFLICT
from tests.ingestion.helpers import HEADER, Tasks, line, lines, lose, put, records, run
from tests.ingestion.running.writing.random_files import empty_table, text_of
from tests.support.shaky import ShakyTasks

pytestmark = [pytest.mark.usefixtures("aws")]


def verify(import_: Import, tasks: Tasks | None = None) -> Verification:
    """At its end."""
    tasks = tasks or Tasks()
    verification = account.begin(import_, None, tasks)
    tasks.run()
    verification.refresh_from_db()
    return verification


def found(verification: Verification) -> dict[int, str]:
    """What is said of the lines that differ."""
    assert verification.state == "done", verification.error_detail
    assert len(verification.lines) == verification.differing
    return {one["line"]: one["code"] for one in verification.lines}


def edit(record, **values):
    return BUILTIN.repository.update(record, values)


@pytest.mark.usefixtures("aws")
class TestRandom(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        rows=some.lists(
            some.tuples(some.integers(0, 4), some.integers(0, 2)) | some.none(),
            min_size=1,
            max_size=8,
        ),
        policy=some.sampled_from(ON_CONFLICT),
        chunk_bytes=some.sampled_from([64, 200, 5000]),
        harm=some.lists(some.sampled_from(["gone", "edited", ""]), min_size=8, max_size=8),
        share=some.sampled_from([0, 0.1, 0.2]),
        seed=some.integers(0, 1_000_000),
    )
    def test_it_finds_exactly_the_lines_that_were_changed(
        self, rows, policy, chunk_bytes, harm, share, seed
    ):
        """With tasks that are killed or throttled at any request."""
        empty_table()
        tasks = ShakyTasks(random.Random(seed), share)
        with self.settings(CHUNK_BYTES=chunk_bytes):
            import_ = run(text_of(rows), on_conflict=policy)
        if not import_.read:
            return
        assert found(verify(import_, tasks)) == {}
        harmed = set()
        for record, what in zip(records(), harm, strict=False):
            if what:
                time = record.time.partition("~")[0]
                harmed.add((time, int(record.values["local_avg"]), what))
            if what == "gone":
                lose([record])
            if what == "edited":
                edit(record, local_avg=Decimal(77))
        assert set(found(verify(import_, tasks))) == expected(rows, policy, harmed)


def expected(rows, policy, harmed):
    """The lines of rows whose content was under their key and was harmed there. Under *replace* a
    record that is edited is that of the last line with its key, and one that is gone of them all.
    """
    lines_ = set()
    last = {row[0]: number for number, row in enumerate(rows, start=2) if row is not None}
    first: dict[int, int] = {}
    for number, row in enumerate(rows, start=2):
        if row is None:
            continue
        second, avg = row
        first.setdefault(second, avg)
        if policy == "reject" and avg != first[second]:
            continue  # a reject
        what = {one for time, its, one in harmed if time == time_of(second) and its == avg}
        if policy == "replace":
            what = {one for time, _, one in harmed if time == time_of(second)}
            what -= {"edited"} if number != last[second] else set()
        if what:
            lines_.add(number)
    return lines_


def time_of(second: int) -> str:
    return f"10:40:{second:02}"


@pytest.mark.django_db
class TestCases:
    def test_an_import_that_nobody_touched_is_as_its_receipt_says(self):
        import_ = run(HEADER + lines(3) + "wrong\n" + line(9, second=0))
        verification = verify(import_)
        assert verification.is_equal
        assert verification.counts == {"read": 5, "stands": 4, "rejected": 1}

    def test_it_says_what_became_of_each_record(self):
        import_ = run(HEADER + lines(4))
        _, gone, edited, _ = records()
        lose([gone])
        edit(edited, location="elsewhere")
        other = run(HEADER + line(9, second=3), key="other.csv", on_conflict="replace")
        verification = verify(import_)
        assert found(verification) == {3: "gone", 4: "edited", 5: "replaced"}
        assert verification.lines[2]["by"] == {"import": str(other.pk), "line": 2}
        assert not verification.is_equal

    def test_a_record_that_is_made_anew_with_the_same_content_is_no_difference(self):
        import_ = run(HEADER + lines(1))
        lose(records())
        run(HEADER + lines(1), key="again.csv")
        assert verify(import_).is_equal

    def test_under_replace_earlier_rows_of_the_file_are_no_difference(self):
        import_ = run(HEADER + line(1, second=0) + line(2, second=0), on_conflict="replace")
        assert verify(import_).is_equal

    def test_rows_of_a_newer_version_of_the_file_are_told(self):
        import_ = run(HEADER + line(1, second=0), on_conflict="replace")
        Import.objects.filter(pk=import_.pk).update(sequencer="0a")
        newer = run(HEADER + line(2, second=0), on_conflict="replace")
        assert newer.pk != import_.pk
        assert found(verify(Import.objects.get(pk=import_.pk))) == {2: "replaced"}

    def test_few_lines_are_kept_and_all_are_counted(self):
        import_ = run(HEADER + lines(300))
        lose(records())
        verification = verify(import_)
        assert (verification.differing, len(verification.lines)) == (300, 200)

    def test_it_goes_on_in_tasks_and_counts_each_chunk_once(self, settings):
        settings.CHUNK_BYTES = 64
        import_ = run(HEADER + lines(5))
        tasks = Tasks()
        verification = account.begin(import_, None, tasks)
        ran = 0
        while tasks.waiting:
            if ran < 4:  # is delivered twice
                tasks.waiting.append(tasks.waiting[0])
            tasks.run_one(seconds=0)
            ran += 1
        verification.refresh_from_db()
        assert verification.state == "done"
        assert ran >= 5
        assert verification.counts == {"read": 5, "stands": 5}

    def test_one_whose_worker_was_killed_goes_on(self, settings):
        settings.CHUNK_BYTES = 64
        import_ = run(HEADER + lines(4))
        tasks = Tasks()
        verification = account.begin(import_, None, tasks)
        tasks.run_one(seconds=0)
        tasks.waiting.clear()
        long_ago = verification.created_at.replace(year=2020)
        Verification.objects.update(progress_at=long_ago)
        recovery.resume_stalled(tasks)
        tasks.run()
        verification.refresh_from_db()
        assert verification.counts == {"read": 4, "stands": 4}

    def test_it_is_cancelled(self):
        import_ = run(HEADER + lines(2))
        tasks = Tasks()
        verification = account.begin(import_, None, tasks)
        assert account.cancel(import_)
        assert not account.cancel(import_)
        tasks.run()
        verification.refresh_from_db()
        assert (verification.state, verification.counts) == ("cancelled", {})

    def test_two_at_once_are_refused(self):
        import_ = run(HEADER + lines(2))
        account.begin(import_, None, Tasks())
        with pytest.raises(NotVerifiable) as refused:
            account.begin(import_, None, Tasks())
        assert refused.value.code == "verifying"

    def test_an_object_that_is_gone_is_said_before_it_begins(self):
        import_ = run(HEADER + lines(2))
        Import.objects.filter(pk=import_.pk).update(version_id="", key="elsewhere.csv")
        with pytest.raises(NotVerifiable) as refused:
            account.begin(Import.objects.get(pk=import_.pk), None, Tasks())
        assert refused.value.code == "object_gone"
        assert not Verification.objects.exists()

    def test_an_object_that_was_overwritten_is_said_before_it_begins(self):
        name = "sluice-test-unversioned"
        s3_client().create_bucket(Bucket=name)
        tasks = Tasks()
        import_ = lifecycle.start(put(HEADER + lines(1), bucket=name), tasks)
        tasks.run()
        put(HEADER + lines(2), bucket=name)
        with pytest.raises(NotVerifiable) as refused:
            account.begin(Import.objects.get(pk=import_.pk), None, Tasks())
        assert refused.value.code == "object_changed"

    @pytest.mark.parametrize("state", ["queued", "waiting", "undone"])
    def test_one_that_has_not_ended_is_not_verified(self, state):
        import_ = run(HEADER + lines(1))
        import_.state = state
        with pytest.raises(NotVerifiable):
            account.begin(import_, None, Tasks())

    def test_an_import_that_is_begun_anew_meanwhile_is_not_judged(self):
        import_ = run(HEADER + lines(1))
        tasks = Tasks()
        verification = account.begin(import_, None, tasks)
        lifecycle.import_again(import_, Tasks())
        tasks.run()
        verification.refresh_from_db()
        assert (verification.state, verification.error_code) == ("failed", "import_changed")

    def test_of_a_cancelled_import_the_chunks_that_are_done_are_verified(self, settings):
        settings.CHUNK_BYTES = 64
        tasks = Tasks()
        import_ = lifecycle.start(put(HEADER + lines(4)), tasks)
        for _ in range(3):
            tasks.run_one()
        lifecycle.cancel(Import.objects.get(pk=import_.pk))
        verification = verify(Import.objects.get(pk=import_.pk))
        assert verification.counts == {"read": 2, "stands": 2}
