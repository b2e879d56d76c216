"""Cells that are harmless in spreadsheets, and come back as they were."""

import random

import pytest

from common.csv_output import escape, unescape

FULL_WIDTH = "\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd", "-cmd|x", "@sum", "\t5", "\r5", "-1+1", "=5", "@4", *FULL_WIDTH],
)
def test_what_a_spreadsheet_would_run_becomes_text(cell):
    assert escape(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "plain", "-5", "+4.39", "4.39", "a=b", "'quoted'", "it's"])
def test_numbers_and_plain_text_stay(cell):
    assert escape(cell) == cell


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r"])
@pytest.mark.parametrize("sign", "=+-@" + FULL_WIDTH)
def test_a_formula_is_harmless_where_the_spreadsheet_parts_the_cell_before_it(separator, sign):
    assert escape(f"a{separator}{sign}1") == f"a{separator}'{sign}1"


def test_every_cell_comes_back():
    chance = random.Random(1)
    for _ in range(5000):
        cell = "".join(chance.choices("'=-+@\t\r\n;\uff1d\uff0d5.a", k=chance.randint(0, 6)))
        assert unescape(escape(cell)) == cell
