"""An import that is nearly all rejects stops early, says so, and its receipt adds up."""

import gzip

import pytest

from common.aws.clients import s3_client
from ingestion.models import Chunk, Import, State
from ingestion.rejects import store
from ingestion.running import lifecycle
from ingestion.running.writing.reject_limit import RejectLimit, detail, unread_bytes
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


@pytest.mark.parametrize(
    ("read", "rejected", "rows_left", "is_reached"),
    [
        (20, 20, 0, True),
        (19, 19, 0, False),
        (22, 20, 0, True),
        (23, 20, 0, False),
        (200, 180, 0, True),
        (200, 179, 0, False),
        (20, 20, 2, True),
        (20, 20, 3, False),
    ],
)
def test_nearly_all_are_nine_of_ten_rows_of_which_anything_is_known(
    read, rejected, rows_left, is_reached
):
    one = Import.objects.create(bucket="a-bucket", key="file.csv", read=10, rejected=9)
    place = {"start": 0, "end": 1, "first_line": 2, "lines": 1}
    one.chunks.create(number=1, rows_left=rows_left, **place)
    one.chunks.create(number=2, rows_left=1000, is_done=True, **place)
    assert RejectLimit(one).is_reached(read - 10, rejected - 9) is is_reached
    one.identity = "mended-rows"
    assert not RejectLimit(one).is_reached(read - 10, rejected - 9)


def test_an_import_of_which_nothing_is_left_is_at_its_limit_by_what_was_read():
    one = Import.objects.create(bucket="a-bucket", key="file.csv", read=200, rejected=180)
    assert RejectLimit(one).is_reached()
    one.rejected = 179
    assert not RejectLimit(one).is_reached()


@pytest.mark.parametrize(
    ("line", "expected"), [(100, 1000), (101, 990), (150, 500), (199, 10), (200, 1)]
)
def test_bytes_that_are_not_read_are_those_of_the_lines_left(line, expected):
    chunk = Chunk(start=500, end=1500, first_line=100, lines=100)
    assert unread_bytes(chunk, line) == expected


LAYOUT = {"delimiter": ",", "header": [], "columns": {}, "body_start": 50, "body_line": 2}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "About 4,850 of the 5,000 bytes of its text were not read"),
        ({"encoding": "utf-8"}, "About 4,850 of the 5,000 bytes"),
        ({"bytes_done": 4950}, "About 0 of the 5,000 bytes"),
        ({"bytes_done": 5000}, "About 0 of the 5,000 bytes"),
        ({"encoding": "utf-16"}, "What comes after the first 100 bytes of its text was not read"),
        ({"key": "file.csv.gz"}, "What comes after the first 100 bytes of its text was not read"),
        ({"key": "file.csv.gz", "encoding": "utf-16"}, "What comes after the first 100 bytes"),
        ({"key": "file.csv.gz", "is_planned": True}, "About 4,850 of the 5,000 bytes"),
        ({"encoding": "utf-16", "is_planned": True}, "About 4,850 of the 5,000 bytes"),
    ],
)
def test_how_much_was_not_read_is_told_where_the_length_of_the_text_is_known(options, expected):
    usual = {"key": "file.csv", "bytes_total": 5000, "bytes_done": 100, "read": 1200}
    one = Import(**{**usual, "rejected": 1100, "layout": LAYOUT, **options})
    assert expected in detail(one)
    assert "1,100 of the 1,200 rows read" in detail(one)
