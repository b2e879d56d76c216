"""Patterns of keys: what they match, and which claim the same keys."""

import re
from itertools import product

import pytest

from ingestion.reading.formats.key_pattern import check_key_pattern, matches, overlap


def words(letters, longest):
    """All texts of these letters."""
    lengths = range(longest + 1)
    return ["".join(one) for length in lengths for one in product(letters, repeat=length)]


def test_short_patterns_match_what_they_say_and_overlap_where_a_key_fits_both():
    keys = words("ab", 6)
    found = {}
    for pattern in words("ab*?", 3):
        meant = re.compile(pattern.replace("*", ".*").replace("?", "."))
        found[pattern] = {key for key in keys if meant.fullmatch(key)}
        assert {key for key in keys if matches(pattern, key)} == found[pattern], pattern
    for one, other in product(found, found):
        is_told = overlap(f"{one}/a", f"{other}/a")
        assert is_told == bool(found[one] & found[other]), (one, other)


@pytest.mark.parametrize("pattern", ["", "*", "*/*", "???"])
def test_a_pattern_of_every_file_is_refused(pattern):
    with pytest.raises(ValueError, match="every file"):
        check_key_pattern(pattern)


@pytest.mark.parametrize("pattern", [" a*", "a* "])
def test_a_pattern_with_a_space_around_it_is_refused(pattern):
    with pytest.raises(ValueError, match="space"):
        check_key_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("plant-a/*.csv", "plant-a/x.csv", True),
        ("plant-a/*.csv", "plant-a/2026/x.csv", True),
        ("plant-a/*.csv", "plant-b/x.csv", False),
        ("logger-*.csv", "any/where/logger-7.csv", True),
        ("logger-*.csv", "logger-7/x.csv", False),
        ("log?.csv", "log7.csv", True),
        ("log?.csv", "log77.csv", False),
        ("*a*b*c*.csv", "xaybzc.csv", True),
        ("*" * 50 + "a.csv", "b" * 1000 + ".csv", False),
        ("*a" * 60, "a" * 1000 + "b", False),
    ],
)
def test_keys_are_matched(pattern, key, expected):
    assert matches(pattern, key) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("plant-a/*.csv", "plant-b/*.csv", False),
        ("plant-a/*.csv", "plant-a/x*.csv", True),
        ("plant-?/*.csv", "plant-b/*.csv", True),
        ("logger-*.csv", "plant-a/*.csv", True),
        ("logger-*.csv", "plant-a/*.csv.gz", False),
        ("a/*b*.csv", "a/*c*.csv", True),
        ("a/b.csv", "a/b.csv", True),
        ("a/b.csv", "a/c.csv", False),
    ],
)
def test_patterns_that_claim_the_same_key_are_told(one, other, expected):
    assert overlap(one, other) == expected
    assert overlap(other, one) == expected
