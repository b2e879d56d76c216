"""The table that is found in a text of which nothing is known."""

import pytest

from ingestion.reading.formats.suggest.table import find_table


def table(text, *, is_whole=True):
    return find_table(text, is_whole=is_whole)


def test_a_first_row_without_values_is_the_header():
    found = table("\ufeff a note\n\nwhen;site\n1;roof\n2;cellar\n")
    assert (found.delimiter, found.skipped) == (";", 2)
    assert found.header == found.names == ["when", "site"]
    assert found.rows == [["1", "roof"], ["2", "cellar"]]


@pytest.mark.parametrize(
    "value", ["7", "-0.5", "2019-05-28T10:55:09Z", "28.05.2019 10:55", "+01:00"]
)
def test_columns_have_numbers_where_the_first_row_has_a_value(value):
    found = table(f"site,{value}\nroof,x\n")
    assert found.header == []
    assert found.names == ["column 1", "column 2"]
    assert (found.rows, found.skipped) == ([["site", value], ["roof", "x"]], 0)
    assert table(f"site,{value}\n").names == ["column 1", "column 2"]


@pytest.mark.parametrize("name", ["T1 max", "-", "PM10", "Z"])
def test_a_name_may_have_digits(name):
    assert table(f"site,{name}\nroof,1\n").header == ["site", name]


def test_lines_of_other_widths_are_no_part_of_it_and_prose_does_not_count():
    prose = "Report\nof a device\nthat speaks\n"
    found = table(f"{prose}a,b\n1,2,3\n1,2\n3,4\nend\n")
    assert (found.header, found.rows, found.skipped) == (["a", "b"], [["1", "2"], ["3", "4"]], 3)


def test_of_widths_that_are_as_frequent_the_wider_one_counts():
    found = table("a,b\n1,2\na,b,c\n1,2,3\n")
    assert found.rows == [["1", "2", "3"]]


def test_the_delimiter_is_the_one_by_which_most_records_have_the_same_width():
    found = table("x,y;z\n1,2;3\n,\n")
    assert (found.delimiter, found.header) == (",", ["x", "y;z"])
    assert table("a,b;c;d\n1,2;3;4\n").delimiter == ";"


@pytest.mark.parametrize("text", ["", "\n \n", "one line\nand another\n", "a\n1\n"])
def test_without_two_columns_there_is_none(text):
    assert table(text) is None


def test_the_last_row_is_left_out_where_it_may_be_cut_off():
    text = "a,b\n1,2\n3,4"
    assert table(text).rows == [["1", "2"], ["3", "4"]]
    assert table(text, is_whole=False).rows == [["1", "2"]]
    assert table("a,b\n1,2", is_whole=False).rows == []
    assert table("a,b", is_whole=False).header == ["a", "b"]


@pytest.mark.parametrize("is_whole", [True, False])
def test_so_many_records_are_looked_at(is_whole):
    found = table("a,b\n" + "1,2\n" * 500, is_whole=is_whole)
    assert len(found.rows) == 399
    assert len(table("a,b\n" + "1,2\n" * 399, is_whole=False).rows) == 398


def test_a_column_has_the_cells_in_which_something_is():
    found = table("a,b\n1,x\n\u200b,y\n ,z\n2,\n")
    assert found.column(0) == ["1", "2"]
    assert found.column(1) == ["x", "y", "z"]


def test_lines_within_quotes_do_not_make_a_delimiter_of_more_lines():
    found = table('a;b\n1;"x, y\nz, w\nv"\n')
    assert (found.delimiter, found.rows) == (";", [["1", "x, y\nz, w\nv"]])


def test_lines_above_are_counted_as_they_are_written():
    text = '\ufeffReport\n\n"made\nby"\na,b\n1,2\n'
    assert table(text).skipped == 4


def test_wrong_quotes_and_other_ends_of_lines_hide_no_rows():
    text = 'a,b\r1,2\r\n"3"x,4\n5,"6\n'
    assert table(text).rows == [["1", "2"], ["3x", "4"], ["5", "6\n"]]


def test_bytes_that_are_no_text_are_shown_as_such():
    assert table("a,b\n\udce9,1\n").rows == [["\\xe9", "1"]]
