"""Cells of the columns that no field is read from."""

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.cells import FieldReader
from ingestion.reading.formats.values.extra_reader import ExtraReader, is_own_header, kept_places
from messages_app.schema.extra_columns import MAX_COLUMNS
from messages_app.schema.validation import Invalid
from tests.ingestion.reading.formats.reading import definition

KEEPING = definition(extra_columns="keep", missing=["None"])


def field_reader(*places):
    return FieldReader("name", "label", places, "".join, str)


def test_cells_with_a_text_are_kept():
    reader = ExtraReader({"a": 0, "b": 2, "c": 3, "d": 4}, ["None"])
    assert reader.read([" x ", "other", "NONE", "", "y"]) == (("a", "x"), ("d", "y"))


def test_a_short_row_has_fewer():
    reader = ExtraReader({"a": 0, "b": 2}, [])
    assert reader.read(["x", "other"]) == (("a", "x"),)
    assert reader.faults(["x", "other"]) == []


def test_each_wrong_cell_is_told_by_its_column():
    reader = ExtraReader({"a": 0, "b": 1, "c": 2}, [])
    faults = reader.faults(["x" * 1025, "fine", "nul\0"])
    assert [(fault.column, fault.code) for fault in faults] == [("a", "too_long"), ("c", "nul")]
    assert reader.faults(["fine", "fine", "fine"]) == []


def test_too_much_together_is_told_of_all():
    reader = ExtraReader({f"c{place}": place for place in range(9)}, [])
    (fault,) = reader.faults(["x" * 1000] * 9)
    assert (fault.column, fault.code) == ("extra columns", "too_long")
    with pytest.raises(Invalid):
        reader.read(["x" * 1000] * 9)


def test_columns_are_kept_that_no_field_is_read_from():
    header = ["When", "Note", "Local", "Firmware"]
    readers = [field_reader(0), field_reader(2)]
    assert kept_places(KEEPING, header, readers) == [1, 3]
    assert kept_places(definition(extra_columns="ignore"), header, readers) == []
    made = ExtraReader.for_file(KEEPING, header, readers)
    assert made.read(["", "x", "", "none"]) == (("Note", "x"),)
    assert ExtraReader.for_file(KEEPING, ["When"], [field_reader(0)]) is None


@pytest.mark.parametrize("own", [["Line", "Reason"], ["line", "import"]])
def test_columns_that_sluice_adds_are_not_kept(own):
    header = ["When", "Note", *own]
    assert is_own_header(header)
    assert kept_places(KEEPING, header, [field_reader(0)]) == [1]


@pytest.mark.parametrize("one", ["line", "reason", "import"])
def test_one_such_name_alone_may_be_a_devices(one):
    assert not is_own_header(["When", one])
    assert kept_places(KEEPING, ["When", one], [field_reader(0)]) == [1]


def test_so_many_columns_are_kept():
    header = [f"c{place}" for place in range(MAX_COLUMNS + 1)]
    assert len(kept_places(KEEPING, header, [field_reader(0)])) == MAX_COLUMNS
    with pytest.raises(FileError, match="has 51 columns that no field is read from") as raised:
        kept_places(KEEPING, header, [])
    assert raised.value.code == "too_many_extra_columns"
