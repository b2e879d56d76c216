"""What inserting rows would do, against a plain model of the table."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import DIGEST_LENGTHS, Origin
from messages_app.schema.version import version_of
from messages_app.store.bulk_insert import ON_CONFLICT
from messages_app.store.items import item_of
from messages_app.store.looking.comparing import (
    DIGEST_LENGTH,
    Comparing,
    Content,
    copies_there,
    outcomes,
)
from tests.messages_app.records import MOMENT, record


class Lookup:
    """Stands in for what the table holds, and counts how often it is asked."""

    def __init__(self, records=()):
        self.items = {one.key: item_of(one, MESSAGE) for one in records}
        self.asked = []

    def at(self, keys):
        wanted = list(keys)
        self.asked.append(wanted)
        return {key: self.items[key] for key in wanted if key in self.items}


def row(line, avg=1, *, second=0, import_id="mine", **more):
    return record(MOMENT + second, local_avg=Decimal(avg), origin=Origin(import_id, line, **more))


def compared(rows, there=(), policy="keep"):
    return Comparing(Lookup(there), MESSAGE, policy).run(rows)


def told(comparison):
    return [one.outcome for one in comparison.rows]


class Model:
    """The table, row by row."""

    def __init__(self, there, policy):
        self.table = {one.key: one for one in there}
        self.before = dict(self.table)
        self.policy = policy

    def insert(self, one):
        first = self.before.setdefault(one.key, one)
        if first is one:
            self.table[one.key] = one
            return "written"
        if first.same_content(one):
            return "unchanged"
        return self._beside(one) if self.policy == "keep" else self._conflict()

    def _beside(self, one):
        for length in DIGEST_LENGTHS:
            copy = one.with_conflict_suffix(length)
            there = self.table.setdefault(copy.key, copy)
            if there is copy:
                return "kept"
            if there.same_content(one):
                return "unchanged"
        return "key_conflict"

    def _conflict(self):
        return "replaced" if self.policy == "replace" else "key_conflict"


def at_random(chance):
    """What is there, some of it beside another, and rows of one file."""
    there = [
        row(number, chance.choice((1, 2, 3)), second=second, import_id="theirs")
        for number, second in enumerate(chance.sample(range(6), 3))
    ]
    for one in list(there):
        copy = replace(one, values={**one.values, "local_avg": Decimal(chance.choice((4, 5)))})
        copy = copy.with_conflict_suffix(DIGEST_LENGTHS[0])
        if chance.random() < 0.3:  # edited since
            copy.values["local_avg"] = Decimal(6)
        there.append(copy)
    rows = [
        row(line, chance.choice((1, 2, 3, 4, 5)), second=chance.randrange(6))
        for line in range(2, 20)
    ]
    return there, rows


@pytest.mark.parametrize("policy", ON_CONFLICT)
@pytest.mark.parametrize("seed", range(12))
def test_rows_come_to_what_a_plain_table_makes_of_them(policy, seed):
    there, rows = at_random(random.Random(seed))
    model = Model(there, policy)
    comparison = compared(rows, there, policy)
    assert told(comparison) == [model.insert(one) for one in rows]
    for one, result in zip(rows, comparison.rows, strict=True):
        if result.other is not None:
            assert result.other.key == one.key
            assert not result.other.same_content(one)
        assert (result.other is None) == (result.outcome in ("written", "unchanged"))


@pytest.mark.parametrize("policy", ON_CONFLICT)
@pytest.mark.parametrize("seed", range(12))
def test_rows_of_two_tasks_come_to_the_same_once_they_are_together(policy, seed):
    there, rows = at_random(random.Random(seed))
    model = Model(there, policy)
    expected = Counter(model.insert(one) for one in rows)
    lookup, total = Lookup(there), Counter[str]()
    tasks = [compared(some, there, policy) for some in (rows[:9], rows[9:])]
    for task in tasks:
        total.update(told(task))
    for key in tasks[0].open.keys() | tasks[1].open.keys():
        both = [task.open.get(key, []) for task in tasks]
        for alone in both:
            for one in outcomes(alone, policy, lambda content: content.is_there):
                total.subtract(one)
        copies = copies_there(lookup, MESSAGE, [one for one in rows if one.key == key])
        for one in outcomes(
            [*both[0], *both[1]], policy, lambda content, c=copies: content.digest in digests_of(c)
        ):
            total.update(one)
    assert +total == +expected


def digests_of(copies):
    return {digest for _, digest in copies}


def test_rows_with_one_content_are_noted_once_with_the_first_line():
    comparison = compared([row(2), row(3), row(4, 2), row(5, 2), row(6)])
    assert told(comparison) == ["written", "unchanged", "kept", "unchanged", "unchanged"]
    first, other = (row(2).digest()[:24], row(4, 2).digest()[:24])
    assert comparison.open == {row(2).key: [Content(first, 2, count=3), Content(other, 4, count=2)]}


def test_a_row_that_is_kept_beside_a_record_is_noted_so():
    comparison = compared([row(2, 2), row(3, 2)], [row(9, 9, import_id="theirs")])
    assert told(comparison) == ["kept", "unchanged"]
    digest = row(2, 2).digest()[:DIGEST_LENGTH]
    assert comparison.open == {row(2).key: [Content(digest, 2, is_conflict_copy=True, count=2)]}


def test_a_row_that_the_table_has_beside_an_earlier_row_is_noted_as_there():
    there = [row(9, 2, import_id="theirs").with_conflict_suffix(6)]
    comparison = compared([row(2), row(3, 2)], there)
    assert told(comparison) == ["written", "unchanged"]
    digest = row(3, 2).digest()[:DIGEST_LENGTH]
    assert comparison.open[row(2).key][1] == Content(digest, 3, is_there=True)


@pytest.mark.parametrize("there", [[row(2, import_id="theirs")], []])
def test_what_the_table_tells_of_needs_no_note(there):
    comparison = compared([row(2)], there)
    assert bool(comparison.open) == (not there)


@pytest.mark.parametrize("policy", ["replace", "reject"])
def test_a_different_row_of_the_file_is_told_with_the_one_that_would_be_there(policy):
    rows = [row(2), row(3, 2)]
    comparison = compared(rows, policy=policy)
    assert comparison.rows[1].other is rows[0]
    digests = [one.digest()[:DIGEST_LENGTH] for one in rows]
    assert comparison.open == {row(2).key: [Content(digests[0], 2), Content(digests[1], 3)]}


def test_what_the_table_has_beside_a_record_needs_no_note():
    there = [row(8, 8, import_id="theirs"), row(9, 2, import_id="theirs").with_conflict_suffix(6)]
    comparison = compared([row(2, 2)], there)
    assert (told(comparison), comparison.open) == (["unchanged"], {})


@pytest.mark.parametrize(("mine", "outcome"), [("1", "outdated"), ("3", "replaced"), ("", None)])
def test_a_row_of_an_older_version_replaces_nothing(mine, outcome):
    versions = [version_of("b", "k", 0, text) if text else None for text in ("2", mine)]
    there = row(9, 9, import_id="theirs", version=versions[0])
    [result] = compared([row(2, version=versions[1])], [there], "replace").rows
    assert result.outcome == (outcome or "replaced")
    assert result.other == there


def test_a_record_of_no_import_has_no_line():
    comparison = compared([record(), record(local_avg=Decimal(7))], policy="replace")
    assert [one.line for one in comparison.open[record().key]] == [0, 0]
    there = [record(local_avg=Decimal(9))]
    assert told(compared([record()], there, policy="replace")) == ["replaced"]


def test_copies_are_looked_for_under_longer_keys_only_where_others_have_the_short_ones():
    rows = [row(2, second=second) for second in range(3)]
    there = [rows[0].with_conflict_suffix(6), rows[1].with_conflict_suffix(12)]
    there.append(row(9, 9, second=1).with_time(rows[1].with_conflict_suffix(6).time))
    lookup = Lookup(there)
    found = copies_there(lookup, MESSAGE, rows)
    assert found == {(one.key, one.digest()[:DIGEST_LENGTH]) for one in rows[:2]}
    assert [len(keys) for keys in lookup.asked] == [3, 1, 0, 0]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("keep", [{"written": 1, "unchanged": 1}, {"kept": 1, "unchanged": 2}, {"unchanged": 1}]),
        ("replace", [{"written": 1, "unchanged": 1}, {"replaced": 3}, {"unchanged": 1}]),
        ("reject", [{"written": 1, "unchanged": 1}, {"key_conflict": 3}, {"unchanged": 1}]),
    ],
)
def test_contents_of_a_key_without_a_record_come_to_their_outcomes_in_order(policy, expected):
    contents = [Content("a", 2, count=2), Content("b", 4, count=3), Content("a", 9)]
    found = outcomes(contents, policy, lambda _: False)
    assert [+one for one in found] == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("keep", [{"kept": 1, "unchanged": 1}, {"unchanged": 1}]),
        ("replace", [{"replaced": 2}, {"replaced": 1}]),
        ("reject", [{"key_conflict": 2}, {"key_conflict": 1}]),
    ],
)
def test_contents_beside_a_record_are_new_once(policy, expected):
    contents = [
        Content("a", 2, is_conflict_copy=True, count=2),
        Content("a", 9, is_conflict_copy=True),
    ]
    found = outcomes(contents, policy, lambda _: False)
    assert [+one for one in found] == expected


def test_a_content_that_the_table_has_beside_is_unchanged():
    contents = [Content("a", 2), Content("b", 3, count=2)]
    found = outcomes(contents, "keep", lambda content: content.digest == "b")
    assert [+one for one in found] == [{"written": 1}, {"unchanged": 2}]
