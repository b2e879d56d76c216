"""Cells that are harmless in spreadsheets, and come back as they were."""

import random

import pytest

from common.csv_output import escape, unescape


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd", "-cmd|x", "@sum", "\t=1", "\r=1", "-1+1", "=5", "@4"]
)
def test_what_a_spreadsheet_would_run_becomes_text(cell):
    assert escape(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "plain", "-5", "+4.39", "4.39", "a=b", "'quoted'", "it's"])
def test_numbers_and_plain_text_stay(cell):
    assert escape(cell) == cell


def test_every_cell_comes_back():
    chance = random.Random(1)
    for _ in range(5000):
        cell = "".join(chance.choices("'=-+@\t\r5.a", k=chance.randint(0, 6)))
        assert unescape(escape(cell)) == cell
