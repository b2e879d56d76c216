"""Whole numbers in texts."""

import pytest

from common.digits import LARGEST, from_digits, number_or_text


@pytest.mark.parametrize("text", ["0", "7", "007", str(LARGEST)])
def test_digits_are_a_number(text: str) -> None:
    assert from_digits(text, LARGEST) == int(text)


@pytest.mark.parametrize("text", ["", " 7", "-7", "7.0", "1_000", "\u0667", "\u00b2", "9" * 5000])
def test_any_other_text_and_more_digits_than_python_reads_are_none(text: str) -> None:
    assert from_digits(text, LARGEST) is None
    assert number_or_text(text, LARGEST) == text


def test_the_bounds_belong_to_it() -> None:
    found = [from_digits(text, 20, 10) for text in ("9", "10", "20", "21")]

    assert found == [None, 10, 20, None]
