"""Spreadsheets go the way of other files."""

import io
import zipfile

import pytest

from ingestion.models import State
from tests.ingestion.formats.making import HEADER, OWN_NAMES, make, time
from tests.ingestion.helpers import counts, records, run
from tests.ingestion.reading.formats.sheets.workbooks import Moment, ods, packed, xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

NAMES = OWN_NAMES.strip().split(",")
ROWS = [
    NAMES,
    [1559040909.3853335, "roof, north", "wireless", "gw-1", 4.39, "dev-1", 9],
    [1559040910, 'the "old" roof', "wireless", "gw-1", 0.1, "dev-1", 9.09],
]


@pytest.mark.parametrize(("content", "key"), [(xlsx(One=ROWS), "a.xlsx"), (ods(ROWS), "a.ods")])
def test_a_sheet_is_imported_with_every_digit_of_its_numbers(content, key):
    import_ = run(content, key)
    assert (import_.state, counts(import_)) == (State.DONE, {"read": 2, "written": 2})
    first, second = records()
    assert str(first.values["timestamp"]) == "1559040909.3853335"
    assert first.values["location"] == "roof, north"
    assert str(second.values["local_avg"]) == "0.1"
    assert (first.origin.line, second.origin.line) == (2, 3)


def test_dates_of_a_sheet_that_a_format_names_are_moments_in_its_zone():
    names = HEADER.strip().split(";")
    row = [Moment(43613.4549652778), "roof", "wireless", "gw-1", 4.39, "dev-1", 9]
    content = xlsx(Notes=[["nothing", "here"]], Data=[names, row])
    make(key_pattern="*.xlsx", sheet="Data", columns=time("iso", zone="Europe/Zurich"))
    import_ = run(content, "plant.xlsx")
    assert counts(import_) == {"read": 1, "written": 1}
    assert records()[0].time == "08:55:09"


def test_a_sheet_with_other_columns_waits():
    import_ = run(xlsx(One=[["When", "What"], [Moment(43613.5), 5]]), "b.xlsx")
    assert import_.state == State.WAITING


@pytest.mark.parametrize(
    ("content", "key", "code"),
    [
        (b"PK\3\4 and nothing more", "a.xlsx", "broken_spreadsheet"),
        (b"a,b\n1,2\n", "a.xlsx", "broken_archive"),
        (packed({"a.txt": "x"}), "a.ods", "broken_spreadsheet"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_a_sentence(content, key, code):
    import_ = run(content, key)
    assert import_.state == State.FAILED
    assert import_.error_code == code, import_.error_detail


def test_cells_that_lie_far_apart_cost_no_memory_here():
    parts = _parts(xlsx(One=ROWS))
    sheet = parts["xl/worksheets/s1.xml"]
    parts["xl/worksheets/s1.xml"] = sheet.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    import_ = run(packed(parts), "far.xlsx")
    assert (import_.state, import_.error_code) == (State.FAILED, "spreadsheet_too_large")


def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
