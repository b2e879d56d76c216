"""Rejects: all of them, grouped, and as a file that can be mended and imported again."""

import csv
import io
import json

import pytest

from common.aws.clients import s3_client
from ingestion.models import State
from ingestion.rejects import store, summary
from tests.ingestion.helpers import HEADER, averages, counts, line, lines, put, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def download(import_):
    """The rejects file of an import."""
    return "".join(store.csv_lines(import_))


def rows_of(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_rejects_of_all_chunks_come_in_the_order_of_their_lines(settings):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + "".join(line(number) + "bad\n" for number in range(6)))
    assert [reject.line for reject in store.stored(import_)] == [3, 5, 7, 9, 11, 13]


@pytest.mark.parametrize(("after", "left"), [(0, [3, 5, 7]), (3, [5, 7]), (4, [5, 7]), (7, [])])
def test_rejects_can_be_read_from_a_line_on(settings, after, left):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + "".join(line(number) + "bad\n" for number in range(3)))
    assert [reject.line for reject in store.stored(import_, after)] == left


def test_the_faults_of_all_chunks_are_grouped_and_counted(settings):
    settings.CHUNK_BYTES = 64
    wrong = line(1, avg="x") + line(2, avg="x") + line(3, location="", avg="x") + line(4, avg="")
    groups = summary.of_import(run(HEADER + wrong + line(5)))
    assert [(one.code, one.column, one.count) for one in groups] == [
        ("not_a_number", "local_avg", 3),
        ("empty", "location", 1),
        ("empty", "local_avg", 1),
    ]


def test_a_fault_of_a_whole_row_is_a_group_without_a_column():
    (group,) = summary.of_import(run(HEADER + line(1).strip() + ",more\n"))
    assert (group.code, group.column, group.count) == ("too_many_fields", "", 1)


def test_the_file_has_the_original_columns_the_line_and_the_reason():
    import_ = run(HEADER + line(0) + line(1, avg="x", location=""))
    header, row = rows_of(download(import_))
    assert header == [*HEADER.strip().split(","), "line", "reason"]
    assert row[:2] == ["1559040001", ""]
    assert row[-2:] == ["3", "location must not be empty; local_avg is not a number"]


def test_the_file_begins_with_a_mark_by_which_spreadsheets_know_utf8():
    assert download(run(HEADER + "bad\n")).encode().startswith(b"\xef\xbb\xbf")


def test_the_file_as_it_is_gives_the_same_rejects_again():
    text = HEADER.replace("source", '"=note",source', 1) + "".join(
        line(number, location=f"{cell},=extra", avg="x")
        for number, cell in enumerate(["=1+1", "'=1", "-5", "it'=x", '"a\nb"', "ünï", "@", ""])
    )
    first = run(text)
    second = run(download(first), key="again.csv")
    cells = [reject.cells for reject in store.stored(first)]
    assert [reject.cells[: len(cells[0])] for reject in store.stored(second)] == cells
    assert download(second).split("\n", 1)[0].count("reason") == 1


def test_the_mended_file_is_imported_with_the_very_values(settings):
    import_ = run(
        HEADER + line(0) + line(1, location="=1+1", avg="x") + line(2, location="'@", avg="x")
    )
    mended = download(import_).replace(",x,", ",7,")
    assert counts(run(mended, key="mended.csv")) == {"read": 2, "written": 2}
    assert averages() == [0, 7, 7]


def test_no_cell_of_the_file_is_a_formula():
    import_ = run('"=1+1",' + HEADER + "=2+2," + line(1, location="=3+3", avg="@4"))
    cells = [cell for row in rows_of(download(import_)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))]


def test_fields_that_were_too_many_stay_behind_the_last_column():
    import_ = run(HEADER + line(1).strip() + ",more,fields\n")
    _, row = rows_of(download(import_))
    assert row[-2:] == ["more", "fields"]


def test_fields_that_were_too_many_are_no_formulas_either():
    import_ = run(HEADER + line(1).strip() + ",=1+1,more,@x\n")
    _, row = rows_of(download(import_))
    assert row[-3:] == ["'=1+1", "more", "'@x"]


def test_a_row_with_too_few_fields_is_filled_with_empty_ones():
    _, row = rows_of(download(run(HEADER + "1559040909,here\n")))
    assert len(row) == 9
    assert row[2:7] == [""] * 5


def test_a_file_without_rejects_gives_a_header_alone():
    assert len(rows_of(download(run(HEADER + lines(2))))) == 1


def test_an_import_of_rejects_alone_is_done():
    assert run(HEADER + "bad\n").state == State.DONE


def test_rejects_files_are_not_imported_by_themselves():
    import_ = run(HEADER + "bad\n")
    assert not put("", key=f"_sluice/{import_.pk}.csv").size


def test_a_group_shows_the_first_of_its_rows(settings):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + line(0) + line(1, avg="x") + line(2, avg="y"))
    (group,) = summary.of_import(import_)
    assert (group.count, group.line, group.value) == (2, 3, "x")
    assert group.detail == "is not a number"


def test_rejects_that_an_earlier_version_stored_are_read(settings):
    settings.CHUNK_BYTES = 64
    import_ = run(HEADER + (line(1, location="ünï\u2028x", avg="x") + "bad\n") * 3)
    rejects = list(store.stored(import_))
    file = download(import_)
    for chunk in import_.chunks.filter(rejected__gt=0):
        own = [row for row in rejects if 0 <= row.line - chunk.first_line < chunk.lines]
        text = "\n".join(json.dumps(store.as_dict(row), ensure_ascii=False) for row in own)
        folder = f"_sluice/imports/{import_.pk}/rejects/{chunk.number:08}"
        s3_client().delete_object(Bucket=import_.bucket, Key=f"{folder}.zst")
        s3_client().put_object(Bucket=import_.bucket, Key=f"{folder}.jsonl", Body=text.encode())
    assert list(store.stored(import_)) == rejects
    assert [row.line for row in store.stored(import_, 4)] == [5, 6, 7]
    assert download(import_) == file


def test_a_page_of_long_rows_has_fewer_of_them():
    long = f"{'y' * 900_000}\n"
    import_ = run(HEADER + long * 5)
    rows, last = store.page(import_, 0, 100)
    assert ([row.line for row in rows], last) == ([2, 3, 4], 4)
    rows, last = store.page(import_, 4, 100)
    assert ([row.line for row in rows], last) == ([5, 6], None)
