"""Which records the rows of a chunk became: the file is real, the table a stand-in that has records
under the keys that a case needs."""

import pytest

from common.deadline import Deadline
from ingestion.running.ended.undo.found import ChunkRows
from messages_app.schema.record import Origin
from tests.ingestion.helpers import HEADER, lines, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


class There:
    """What the table has; ``asked`` are how many keys were asked for, each time."""

    def __init__(self, *records):
        self._records = {one.key: one for one in records}
        self.asked = []

    def stored_under(self, keys, deadline):
        self.asked.append(len(keys))
        found = (self._records.get(one.key) for one in keys)
        return {one.key: one for one in found if one is not None}


@pytest.fixture
def import_():
    return run(HEADER + lines(3))


def rows_of(import_, **values):
    """Of its chunk, as if it were so."""
    chunk = import_.chunks.get()
    for name, value in values.items():
        setattr(chunk, name, value)
    return ChunkRows(import_, chunk, Deadline(60))


def found(rows, *there):
    """The lines that are found, and how many keys were asked for."""
    table = There(*there)
    return sorted(rows.find(table, Deadline(60))), table.asked


def test_records_of_other_rows_are_not_those_of_the_chunk(import_):
    rows = rows_of(import_)
    first, _, third = rows.records
    other = rows_of(import_).records[1]
    other.origin = Origin(str(import_.pk), 99)
    assert found(rows, first, third) == ([2, 4], [3])
    assert found(rows, first, other) == ([2], [3])


def test_records_beside_are_looked_for_where_some_may_be(import_):
    for values in ({"kept": 0}, {"kept": 0, "is_done": True}):
        assert found(rows_of(import_, **values)) == ([], [3])
    import_.on_conflict = "replace"
    assert found(rows_of(import_, kept=1, is_done=False)) == ([], [3])
    import_.on_conflict = "keep"
    for values in ({"kept": 1}, {"kept": 0, "is_done": False}):
        rows = rows_of(import_, **values)
        first, second, third = rows.records
        short, long = second.with_conflict_suffix(6), third.with_conflict_suffix(12)
        assert found(rows, first, short, long) == ([2, 3, 4], [3, 2, 1, 0])
        assert found(rows, first, long) == ([2, 4], [3, 2, 2, 1])
        assert found(rows, *(one.with_conflict_suffix(24) for one in rows.records)) == (
            [],
            [3, 3, 3],
        )


def test_which_rows_are_counted(import_):
    for values, counted in (
        ({}, [2, 3, 4]),
        ({"left_lines": [[3, 3]], "parts_kept": 1}, [2, 3, 4]),
        ({"is_done": False, "parts_kept": 0}, []),
        ({"is_done": False, "left_lines": [[3, 3]], "parts_kept": 0}, []),
        ({"is_done": False, "left_lines": [[3, 3]], "parts_kept": 1}, [2, 4]),
    ):
        rows = rows_of(import_, **values)
        assert [line for line in (2, 3, 4) if rows.is_counted(line)] == counted
