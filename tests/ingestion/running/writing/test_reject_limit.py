"""An import that is nearly all rejects stops early, says so, and its receipt adds up."""

import gzip

import pytest

from common.aws.clients import s3_client
from ingestion.models import Import, State
from ingestion.rejects import store
from ingestion.running import lifecycle
from tests.ingestion.helpers import HEADER, Tasks, counts, line, lines, put, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture(autouse=True)
def limit(settings):
    settings.MAX_REJECTS = 20


def stored_bytes(import_: Import) -> int:
    """Of all rejects of an import."""
    found = s3_client().list_objects_v2(
        Bucket=import_.bucket, Prefix=f"_sluice/imports/{import_.pk}/rejects/"
    )
    return sum(one["Size"] for one in found.get("Contents", []))


def test_a_file_of_nearly_nothing_but_rejects_is_not_read_to_its_end():
    import_ = run(HEADER + lines(2) + "x\n" * 1000)
    assert (import_.state, import_.error_code) == (State.FAILED, "too_many_rejects")
    assert counts(import_) == {"read": 22, "written": 2, "rejected": 20}
    assert import_.receipt.adds_up
    assert [row.line for row in store.stored(import_)] == list(range(4, 24))


def test_the_error_says_how_much_was_not_read_and_what_to_change():
    import_ = run(HEADER + "x\n" * 1000)
    assert "20 of the 20 rows read were rejected" in import_.error_detail
    assert f"About 1,960 of the {import_.bytes_total:,} bytes" in import_.error_detail
    assert "upload it again" in import_.error_detail
    assert "MAX_REJECTS" in import_.error_detail


def test_chunks_behind_the_limit_are_not_read(settings):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + "x\n" * 3200)
    assert import_.rejected < 20 + 64
    assert import_.chunks.filter(is_done=True).count() < import_.chunks.count()
    left = import_.bytes_total - len(HEADER) - import_.bytes_done
    assert left > 6000
    assert f"About {left:,} of" in import_.error_detail


def test_what_chunks_that_were_begun_do_is_counted_too(settings):
    settings.CHUNK_BYTES = 64
    tasks = Tasks()
    import_ = start(HEADER + "x\n" * 3200, tasks)
    tasks.run_one()
    import_.chunks.update(is_begun=True)
    tasks.run()
    import_.refresh_from_db()
    assert import_.error_code == "too_many_rejects"
    assert import_.receipt.adds_up
    assert f"the {import_.read:,} rows read" in import_.error_detail


def test_a_file_with_good_rows_too_is_read_to_its_end():
    text = "".join("x\n" * 4 + line(number) for number in range(50))
    import_ = run(HEADER + text)
    assert import_.state == State.DONE
    assert counts(import_) == {"read": 250, "written": 50, "rejected": 200}


@pytest.mark.parametrize("count", [19, 20])
def test_a_file_that_ends_at_the_limit_was_read(count):
    import_ = run(HEADER + "x\n" * count)
    assert import_.state == State.DONE
    assert counts(import_) == {"read": count, "rejected": count}


def test_rows_whose_keys_are_taken_count_too(settings):
    settings.CHUNK_BYTES = 640
    run(HEADER + lines(200))
    other = "".join(line(number, avg=7000) for number in range(200))
    import_ = run(HEADER + other, key="other.csv", on_conflict="reject")
    assert import_.error_code == "too_many_rejects"
    assert 20 <= import_.rejected == import_.read < 100


def test_it_is_not_run_again():
    tasks = Tasks()
    import_ = run(HEADER + "x\n" * 1000)
    assert not import_.can_run_again
    assert not lifecycle.run_again(import_, tasks)
    assert not tasks.waiting


def test_one_that_is_cancelled_while_it_stops_is_not_run_again():
    tasks = Tasks()
    import_ = start(HEADER + "x\n" * 1000, tasks)
    tasks.run_one()
    import_.chunks.update(is_begun=True)
    lifecycle.cancel(import_)
    tasks.run()
    import_.refresh_from_db()
    assert not import_.can_run_again


def test_the_mended_file_under_the_same_key_is_another_import():
    import_ = run(HEADER + "x\n" * 1000)
    mended = lifecycle.start(put(HEADER + lines(3)), Tasks())
    assert mended.pk != import_.pk


def test_lines_of_one_letter_make_few_bytes(settings):
    settings.MAX_REJECTS = 1_000_000
    import_ = run(HEADER + "x\n" * 131_000)
    assert import_.state == State.DONE
    assert import_.rejected == 131_000
    assert stored_bytes(import_) < 1_000_000


def test_a_page_of_one_row_unpacks_little(settings):
    settings.MAX_REJECTS = 1_000_000
    import_ = run(HEADER + "x\n" * 60_000)
    (row,), last = store.page(import_, 50_000, 1)
    assert (row.line, last) == (50_001, 50_001)


def test_a_compressed_file_stops_too():
    import_ = run(gzip.compress((HEADER + "x\n" * 1000).encode()), key="file.csv.gz")
    assert import_.error_code == "too_many_rejects"
