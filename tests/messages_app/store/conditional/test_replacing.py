"""Which row takes a key over, and what is kept aside before, with a stand-in for the table."""

from dataclasses import replace
from decimal import Decimal

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, QueueOrigin
from messages_app.store.conditional.replacing import Replacing
from messages_app.store.items import item_of
from tests.messages_app.records import MOMENT, record


class Table:
    """Holds ``items`` one after the other under its one key; only the last can be replaced."""

    def __init__(self, *items):
        self.items = list(items)
        self.replaced = []

    def replace(self, record, seen):
        self.replaced.append((record, seen))
        return not self.items

    def get_one(self, key):
        return self.items.pop(0)


def row(line=2, import_id="mine", avg=1, second=0):
    return record(MOMENT + second, local_avg=Decimal(avg), origin=Origin(import_id, line))


def item(record):
    return item_of(record, MESSAGE)


def replacing(table, aside=None):
    """``aside`` collects what is kept, call by call."""
    return Replacing(table, MESSAGE, None if aside is None else aside.append)


def test_all_that_rows_are_about_to_replace_is_kept_at_once():
    theirs = [row(import_id="theirs", avg=9, second=second) for second in range(2)]
    items = {one.key: item(one) for one in theirs}
    aside: list[object] = []
    rows = [row(), row(3, second=1), row(4, second=2)]
    kept = replacing(Table(), aside).prepare(rows, items)
    assert kept == set(items)
    assert aside == [list(items.values())]


@pytest.mark.parametrize("there", [None, row(3, avg=9), row(import_id="mine")])
def test_what_is_not_there_or_of_the_same_import_is_not_kept(there):
    aside: list[object] = []
    items = {} if there is None else {there.key: item(there)}
    assert replacing(Table(), aside).prepare([row()], items) == set()
    assert aside == []


def test_what_is_kept_is_told_with_the_record_that_replaces_it():
    table, aside = Table(), list[object]()
    theirs = row(import_id="theirs", avg=9)
    assert replacing(table, aside).decide(row(7), item(theirs), True) == "replaced"
    assert aside == []
    [(stamped, seen)] = table.replaced
    assert seen == theirs
    assert stamped.origin.aside_line == 7


def test_what_took_the_key_meanwhile_is_kept_before_it_is_replaced():
    meanwhile = item(row(import_id="another", avg=8))
    table, aside = Table(meanwhile), list[object]()
    first = item(row(import_id="theirs", avg=9))
    assert replacing(table, aside).decide(row(7), first, True) == "replaced"
    assert aside == [[meanwhile]]
    assert [stamped.origin.aside_line for stamped, _ in table.replaced] == [7, 7]


@pytest.mark.parametrize("aside", [None, []])
def test_an_earlier_row_of_the_same_import_is_not_kept(aside):
    table = Table()
    assert replacing(table, aside).decide(row(7), item(row(3, avg=9)), False) == "replaced"
    assert not aside
    [(stamped, _)] = table.replaced
    assert stamped.origin.aside_line == 0


@pytest.mark.parametrize("line", [7, 8])
def test_the_same_row_or_a_later_one_is_left_as_it_is(line):
    table = Table()
    assert replacing(table).decide(row(7), item(row(line)), False) is not None
    assert table.replaced == []


@pytest.mark.parametrize("origin", [None, QueueOrigin("queue", "message")])
@pytest.mark.parametrize("there", [row(avg=9), record(local_avg=Decimal(9))])
def test_a_record_of_no_import_replaces_whatever_is_there(origin, there):
    table = Table()
    mine = record(origin=origin, local_avg=Decimal(1))
    assert replacing(table, []).decide(mine, item(there), False) == "replaced"
    assert table.replaced == [(mine, there)]


def test_a_record_that_is_gone_meanwhile_makes_room():
    table = Table(None)
    assert replacing(table).decide(row(), item(row(import_id="theirs")), False) is None


def test_where_nothing_is_kept_the_record_does_not_say_so():
    table = Table()
    replacing(table).decide(row(7), item(row(import_id="theirs", avg=9)), False)
    assert [stamped.origin.aside_line for stamped, _ in table.replaced] == [0]


def test_a_later_row_knows_what_an_earlier_one_of_its_import_had_kept():
    table = Table()
    earlier = replace(row(3, avg=9).origin, before="a fingerprint", aside_line=3)
    there = replace(row(3, avg=9), origin=earlier)
    replacing(table, []).decide(row(7), item(there), False)
    [(stamped, _)] = table.replaced
    assert (stamped.origin.aside_line, stamped.origin.before) == (3, "a fingerprint")


def test_the_first_line_of_a_file_without_header_replaces_what_came_from_nowhere():
    table = Table()
    there = item(record(local_avg=Decimal(9)))
    assert replacing(table).decide(row(1), there, False) == "replaced"
    [(stamped, _)] = table.replaced
    assert stamped.origin.first_line == 0
