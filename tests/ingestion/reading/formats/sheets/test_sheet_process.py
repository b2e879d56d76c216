"""What becomes of a sheet's cells, and what the process that reads them may use up."""

import resource
from datetime import UTC, date, datetime, time, timedelta

import pytest

from ingestion.reading.formats.sheets import sheet_process
from tests.ingestion.reading.formats.sheets.workbooks import xlsx

TWO = xlsx(One=[["a", 1.5], ["", ""], ["c", 'd"e']], Two=[["x"]])


@pytest.fixture
def converted(tmp_path):
    """What the process answers for a workbook, the CSV that it writes, and the limits it sets."""

    def convert(content, sheet=""):
        source, target = tmp_path / "source", tmp_path / "target.csv"
        source.write_bytes(content)
        limits = []
        code = sheet_process.main(
            str(source), sheet, str(target), limit=lambda *limit: limits.append(limit)
        )
        return code, target.read_text() if target.exists() else None, dict(limits)

    return convert


@pytest.mark.parametrize(
    ("sheet", "text"), [("", 'a,1.5\n\nc,"d""e"\n'), ("One", 'a,1.5\n\nc,"d""e"\n'), ("Two", "x\n")]
)
def test_the_sheet_that_is_named_is_written_or_else_the_first(converted, sheet, text):
    assert converted(TWO, sheet)[:2] == (0, text)


def test_a_sheet_that_there_is_not_is_told_beside_those_that_there_are(converted, capsys):
    sheets = {f"s{number}": [["x"]] for number in range(11)}
    assert converted(xlsx(**sheets), "Data")[:2] == (1, None)
    assert capsys.readouterr().err == "it has no sheet 'Data', but " + ", ".join([*sheets][:10])


def test_a_workbook_without_sheets_is_told(converted, capsys):
    assert converted(xlsx())[0] == 1
    assert capsys.readouterr().err == "it has no sheet"


def test_memory_time_and_what_is_written_are_limited(converted):
    mib = 1024 * 1024
    assert converted(TWO)[2] == {
        resource.RLIMIT_AS: (1536 * mib,) * 2,
        resource.RLIMIT_CPU: (60, 60),
        resource.RLIMIT_FSIZE: (1024 * mib,) * 2,
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (3.0, "3"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1559040909.3853335, "1559040909.3853335"),
        (7, "7"),
        (datetime(2019, 5, 28, 10, 55, 9, tzinfo=UTC).replace(tzinfo=None), "2019-05-28 10:55:09"),
        (date(2019, 5, 28), "2019-05-28"),
        (time(10, 55, 9), "10:55:09"),
        (timedelta(hours=25, seconds=0.5), "90000.5"),
        (None, ""),
        ("roof", "roof"),
    ],
)
def test_a_cell_is_written_with_all_that_it_holds(value, text):
    assert sheet_process.as_text(value) == text
