"""Cursors that lead on in their own query alone."""

import pytest
from django.core import signing

from common.errors import BadCursor
from common.paging import cursor

QUERY = ["2019-05-28", {"location": "here"}]


@pytest.mark.parametrize("position", [[], ["2019-05-28", "10:00:00", True], [None, 1.5]])
def test_a_cursor_has_its_position(position: list[object]) -> None:
    assert cursor.read(cursor.write(position, QUERY), QUERY) == position


@pytest.mark.parametrize("query", [[], ["2019-05-28", {}], [*QUERY, None], QUERY[::-1]])
def test_a_cursor_of_another_query_is_told_so(query: list[object]) -> None:
    with pytest.raises(BadCursor, match="belongs to another query"):
        cursor.read(cursor.write(["a"], QUERY), query)


@pytest.mark.parametrize("text", ["", "x", "a:b:c"])
def test_what_is_no_cursor_is_told_so(text: str) -> None:
    with pytest.raises(BadCursor):
        cursor.read(text, QUERY)


def test_a_cursor_that_was_cut_is_told_so() -> None:
    with pytest.raises(BadCursor):
        cursor.read(cursor.write(["a"], QUERY)[:-1], QUERY)


@pytest.mark.parametrize("content", ["ab", ["one"], 7])
def test_what_is_signed_and_no_cursor_is_told_so(content: object) -> None:
    with pytest.raises(BadCursor):
        cursor.read(signing.dumps(content, salt="common.cursor"), QUERY)


def test_what_is_signed_for_something_else_is_no_cursor() -> None:
    with pytest.raises(BadCursor):
        cursor.read(signing.dumps([["a"], "of another salt"]), QUERY)


def test_a_long_position_is_sent_compressed() -> None:
    assert len(cursor.write(["a" * 1000], QUERY)) < 200
