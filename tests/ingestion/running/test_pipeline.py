"""A file comes in; its receipt and the table tell what became of every row."""

from decimal import Decimal

import pytest

from common.aws.clients import s3_client
from ingestion.models import State
from ingestion.rejects import store
from messages_app.schema.record import Origin
from tests.ingestion.helpers import (
    HEADER,
    SAMPLES,
    Tasks,
    averages,
    counts,
    line,
    lines,
    records,
    run,
    start,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_engines,
    pytest.mark.usefixtures("aws"),
]


def sample(name):
    return (SAMPLES / name).read_bytes()


def test_the_sample_becomes_twenty_records():
    import_ = run(sample("data.csv"))
    assert import_.state == State.DONE
    assert counts(import_) == {"read": 20, "written": 20}
    assert len(records()) == 20


def test_a_record_has_every_digit_of_its_row_and_says_where_it_came_from():
    import_ = run(sample("data_good_msg.csv"))
    (record,) = records()
    assert record.key == ("2019-05-28", "10:55:09.385333")
    assert record.values["timestamp"] == Decimal("1559040909.3853335")
    assert record.origin == Origin(str(import_.pk), 2, version=import_.object_version)


def test_the_bad_sample_is_one_reject_with_three_faults():
    import_ = run(sample("data_bad_msg.csv"))
    assert import_.state == State.DONE
    assert counts(import_) == {"read": 1, "rejected": 1}
    (reject,) = store.stored(import_)
    assert reject.line == 2
    assert [(one.column, one.code) for one in reject.faults] == [
        ("timestamp", "not_a_timestamp"),
        ("local_avg", "not_a_number"),
        ("remote_avg", "missing"),
    ]


def test_the_same_file_again_changes_nothing():
    run(sample("data.csv"))
    before = records()
    assert counts(run(sample("data.csv"), key="again.csv")) == {"read": 20, "unchanged": 20}
    assert records() == before


def test_wrong_rows_are_rejected_and_the_others_written():
    import_ = run(HEADER + line(0) + "nonsense\n" + line(1) + "\n" + line(2, avg="x") + line(3))
    assert counts(import_) == {"read": 5, "written": 3, "rejected": 2}
    assert [reject.line for reject in store.stored(import_)] == [3, 6]


def test_a_file_of_a_header_alone_has_no_rows():
    import_ = run(HEADER)
    assert (import_.state, import_.error_code) == (State.FAILED, "no_rows")


@pytest.mark.parametrize("text", [HEADER.rstrip(), HEADER + "\n\n  \n"])
def test_blank_lines_are_no_rows_either(text):
    assert run(text).error_code == "no_rows"


def test_a_file_with_unknown_columns_waits_with_a_sentence_and_writes_nothing():
    import_ = run("timestamp,location\n1559040909,here\n")
    assert (import_.state, import_.error_code) == (State.WAITING, "")
    assert "lacks the columns source" in import_.waiting_for["detail"]
    assert import_.finished_at is None
    assert records() == []


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_fails(text):
    assert run(text).error_code == "empty_file"


@pytest.mark.parametrize("chunk_bytes", [64, 150, 1000])
def test_however_small_the_chunks_the_receipt_and_table_are_the_same(settings, chunk_bytes):
    settings.CHUNK_BYTES = chunk_bytes
    import_ = run(HEADER + lines(20) + "bad\n" + lines(3) + line(30, source='"a\nb"') + line(31))
    assert counts(import_) == {"read": 26, "written": 22, "unchanged": 3, "rejected": 1}
    assert averages() == [*range(20), 30, 31]
    assert [reject.line for reject in store.stored(import_)] == [22]
    assert {record.origin.line for record in records() if record.time > "10:40:29"} == {26, 28}


def test_many_chunks_are_planned_and_counted(settings):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + lines(40))
    assert import_.chunks_total == import_.chunks_done == import_.chunks.count() == 40
    assert import_.bytes_done == import_.bytes_total == len(HEADER + lines(40))
    assert import_.percent == 100


def test_chunks_start_before_the_plan_is_finished(settings):
    settings.CHUNK_BYTES = 64
    tasks = Tasks()
    import_ = start(HEADER + lines(40), tasks)
    tasks.run_one(seconds=0)
    import_.refresh_from_db()
    assert (import_.state, import_.is_planned) == (State.PLANNING, False)
    assert 0 < import_.chunks.count() < 40
    assert len(tasks.waiting) == import_.chunks.count() + 1


def test_a_plan_whose_time_is_up_is_continued_where_it_was(settings):
    settings.CHUNK_BYTES = 64
    tasks = Tasks()
    import_ = start(HEADER + lines(100), tasks)
    tasks.run_one(seconds=0)
    assert tasks.waiting[-1] == (str(import_.pk), 0)
    tasks.run()
    assert counts(import_) == {"read": 100, "written": 100}
    origins = sorted(record.origin.line for record in records())
    assert origins == list(range(2, 102))


def test_a_quote_that_never_closes_costs_its_own_line(settings):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + lines(5) + line(5, source='"wireless') + "".join(map(line, range(6, 9))))
    assert counts(import_) == {"read": 9, "written": 8, "rejected": 1}
    (reject,) = store.stored(import_)
    assert (reject.line, reject.faults[0].code) == (7, "quote_not_closed")
    assert "line 7" in reject.faults[0].detail
    assert reject.cells[0] == "1559040005"


def test_a_record_over_a_mebibyte_costs_itself():
    import_ = run(HEADER + line(0) + line(1, source="x" * 2**20) + line(2))
    assert counts(import_) == {"read": 3, "written": 2, "rejected": 1}
    (reject,) = store.stored(import_)
    assert (reject.line, reject.faults[0].code) == (3, "record_too_long")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_files_of_other_systems_are_read(end):
    assert counts(run((HEADER + lines(3)).replace("\n", end))) == {"read": 3, "written": 3}


def test_a_spreadsheets_file_is_read():
    text = (HEADER + lines(3)).replace(",", ";").replace("\n", "\r\n")
    assert counts(run(b"\xef\xbb\xbf" + text.encode())) == {"read": 3, "written": 3}


def test_broken_bytes_spoil_their_row_alone():
    text = HEADER + "".join(line(number, source="café") for number in range(30))
    spoiled = text.encode().replace("é".encode(), b"\xe9", 1)
    assert counts(run(spoiled)) == {"read": 30, "written": 29, "rejected": 1}


@pytest.mark.parametrize(
    ("policy", "receipt", "stands"),
    [
        ("keep", {"read": 2, "written": 1, "kept": 1}, [0, 1, 9]),
        ("replace", {"read": 2, "written": 1, "replaced": 1}, [1, 9]),
        ("reject", {"read": 2, "written": 1, "rejected": 1}, [0, 9]),
    ],
)
def test_the_metadata_on_conflict_decides(policy, receipt, stands):
    run(HEADER + line(0))
    import_ = run(HEADER + line(1, second=0) + line(9), key="two.csv", on_conflict=policy)
    assert import_.on_conflict == policy
    assert counts(import_) == receipt
    assert averages() == stands


def test_without_metadata_both_records_are_kept():
    assert run(HEADER + line(0)).on_conflict == "keep"


def test_metadata_that_names_no_policy_fails_the_import():
    import_ = run(HEADER + line(0), on_conflict="overwrite")
    assert (import_.state, import_.error_code) == (State.FAILED, "bad_on_conflict")
    assert "keep, replace, reject" in import_.error_detail
    assert records() == []


def test_a_row_whose_key_is_taken_is_a_reject_with_all_its_cells():
    run(HEADER + line(0))
    text = (HEADER + line(1, second=0) + lines(40)[len(line(0)) :]).replace("\n", ",note\n")
    spoiled = text.encode().replace(b"9.09,note", b"9.09,caf\xe9", 1)
    import_ = run(spoiled, key="two.csv", on_conflict="reject")
    (reject,) = store.stored(import_)
    assert (reject.line, reject.faults[0].code) == (2, "key_taken")
    assert reject.cells[-1] == "caf\\xe9"


def test_the_dates_of_an_import_are_known():
    import_ = run(HEADER + line(0) + line(1, second=24 * 3600) + line(2, second=48 * 3600))
    chunk = import_.chunks.get()
    assert (chunk.first_date, chunk.last_date) == ("2019-05-28", "2019-05-30")


def test_an_import_of_unchanged_rows_alone_has_its_dates_too():
    text = HEADER + line(0) + line(1, second=24 * 3600)
    run(text)
    import_ = run(text, key="again.csv")
    assert counts(import_) == {"read": 2, "unchanged": 2}
    chunk = import_.chunks.get()
    assert (chunk.first_date, chunk.last_date) == ("2019-05-28", "2019-05-29")


def test_taken_and_faulty_rows_of_a_chunk_are_rejects_in_the_order_of_their_lines():
    run(HEADER + line(0) + line(1))
    text = HEADER + "bad\n" + line(5, second=0) + "bad\n" + line(6, second=1) + line(7) + "bad\n"
    import_ = run(text, key="two.csv", on_conflict="reject")
    assert counts(import_) == {"read": 6, "written": 1, "rejected": 5}
    found = [(one.line, one.faults[0].code == "key_taken") for one in store.stored(import_)]
    assert found == [(2, False), (3, True), (4, False), (5, True), (7, False)]


def test_what_sluice_writes_itself_lies_under_its_own_prefix():
    import_ = run(HEADER + "bad\n")
    listed = s3_client().list_objects_v2(Bucket=import_.bucket)["Contents"]
    others = [one["Key"] for one in listed if one["Key"] != import_.key]
    assert others
    assert all(key.startswith(f"_sluice/imports/{import_.pk}/") for key in others)


def test_a_chunk_that_is_not_what_was_planned_is_a_failure():
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    tasks.run_one()
    import_.chunks.update(lines=99)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "lines_mismatch")


def test_counts_that_do_not_add_up_are_a_failure():
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    tasks.run_one()
    type(import_).objects.filter(pk=import_.pk).update(read=7)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.FAILED, "receipt_mismatch")
