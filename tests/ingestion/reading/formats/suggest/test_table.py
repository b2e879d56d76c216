"""The table at the beginning of a text: which lines are of it, and which name its columns."""

import pytest

from ingestion.reading.formats.suggest.table import find_table


def found(text, *, is_whole=True):
    table = find_table(text, is_whole=is_whole)
    return table and (table.delimiter, table.header, table.rows, table.skipped)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_two_columns_are_a_table(delimiter):
    text = f"a{delimiter}b\n1{delimiter}2\n"
    assert found(text) == (delimiter, ["a", "b"], [["1", "2"]], 0)


@pytest.mark.parametrize("text", ["", "\n\n", "a\n1\n", '"a,b\n'])
def test_what_has_no_second_column_is_none(text):
    assert found(text) is None


def test_the_delimiter_is_the_one_of_most_lines():
    text = "a;b\n1,5;2\n1,6;3\n4;5\n"
    assert found(text)[:3] == (";", ["a", "b"], [["1,5", "2"], ["1,6", "3"], ["4", "5"]])


def test_lines_within_quotes_do_not_make_a_delimiter_of_more_lines():
    assert found('a;b\n1;"x, y\nz, w\nv"\n')[:3] == (";", ["a", "b"], [["1", "x, y\nz, w\nv"]])


def test_of_two_delimiters_of_all_lines_the_one_of_more_columns_counts():
    assert found("a,b;c;d\n1,5;2;3\n")[:2] == (";", ["a,b", "c", "d"])
    assert found("a;b,c,d\n1;5,2,3\n")[:2] == (",", ["a;b", "c", "d"])


def test_the_width_is_that_of_most_lines_and_of_as_many_the_larger():
    assert found("a,b\n1,2\n3,4,5\n")[2] == [["1", "2"]]
    assert found("x,y\na,b,c\n1,2\n3,4,5\n")[1:3] == (["a", "b", "c"], [["3", "4", "5"]])


def test_lines_above_are_counted_as_they_are_written():
    text = '\ufeffReport\n\n"made\nby"\na,b\n1,2\n'
    assert found(text)[1:] == (["a", "b"], [["1", "2"]], 4)


def test_blank_lines_are_no_rows():
    assert found("a,b\n , \n1,2\n,\n3,4\n")[2] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("first", ["1,2", "a,2019-05-28T10:00:00Z", "a,-1.5", "a,10:55"])
def test_a_first_row_that_has_a_value_is_no_header(first):
    table = find_table(f"above\n{first}\n3,4\n", is_whole=True)
    assert (table.header, len(table.rows), table.skipped) == ([], 2, 1)
    assert table.names == ["column 1", "column 2"]


def test_names_with_digits_are_a_header():
    assert found("a1,2b\n1,2\n")[1] == ["a1", "2b"]


def test_the_last_line_of_a_beginning_may_be_cut_off():
    assert found("a,b\n1,2\n3,4", is_whole=False)[2] == [["1", "2"]]
    assert found("a,b\n1,2", is_whole=False)[2] == []
    assert found("1,2", is_whole=False)[2] == [["1", "2"]]
    assert found("a,b\n1,2\n3,4")[2] == [["1", "2"], ["3", "4"]]


def test_so_many_records_are_looked_at():
    text = "a,b\n" + "1,2\n" * 500
    for is_whole in (True, False):
        assert len(find_table(text, is_whole=is_whole).rows) == 399
    assert len(find_table("a,b\n" + "1,2\n" * 399, is_whole=True).rows) == 399


def test_wrong_quotes_and_other_ends_of_lines_hide_no_rows():
    text = 'a,b\r1,2\r\n"3"x,4\n5,"6\n'
    assert found(text)[2] == [["1", "2"], ["3x", "4"], ["5", "6\n"]]


def test_cells_that_nobody_can_print_or_see():
    table = find_table("a,b\n\udce9,\u200b\n\u00a0x ,y\n", is_whole=True)
    assert table.rows[0][0] == "\\xe9"
    assert table.column(0) == ["\\xe9", "x"]
    assert table.column(1) == ["y"]


def test_a_table_without_rows_has_the_names_of_its_header():
    assert find_table("a,b\n", is_whole=True).names == ["a", "b"]
