"""Receipt and table are what a plain list of rows comes to, whatever happens on the way: random
tables and files, tiny chunks in any order, tasks that are killed, throttled or delivered twice at
any request."""

import random
from collections import Counter
from itertools import groupby, product

import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from ingestion.rejects import store
from messages_app.models import Day
from messages_app.store.bulk_insert import ON_CONFLICT
from tests.ingestion.helpers import FIRST_SECOND, counts, records, start
from tests.ingestion.running.writing.random_files import (
    FILES,
    ROWS,
    empty_table,
    examples,
    have,
    text_of,
)
from tests.support.shaky import ShakyTasks


def table():
    """The contents of each second: that of the plain key, and those that are beside it."""
    found: dict[int, tuple[int | None, frozenset[int]]] = {}
    for one in records():
        second, content = int(one.values["timestamp"]) - FIRST_SECOND, int(one.values["local_avg"])
        plain, beside = found.get(second, (None, frozenset()))
        if "~" in one.time:
            found[second] = (plain, beside | {content})
        else:
            found[second] = (content, beside)
    return found


def ends(policy, before, contents):
    """What rows of one key may come to, one after the other in the file: their counts, the content
    of the plain key and those beside it. They come in any order, so that there may be several."""
    plain, beside = before
    firsts = set(contents) if plain is None else {plain}
    for first in firsts:
        told = Counter({"written": int(plain is None)})
        others = list(contents)
        if plain is None:
            others.remove(first)
        if policy == "replace":
            told += Counter("unchanged" if one == first else "replaced" for one in others)
            yield told, (contents[-1], beside)
            continue
        there = {first, *beside} if policy == "keep" else {first}
        new = set(others) - there
        if policy == "keep":
            told["kept"] = len(new)
            told["unchanged"] = len(others) - len(new)
            yield told, (first, beside | new)
        else:
            told += Counter("unchanged" if one == first else "rejected" for one in others)
            yield told, (first, beside)


def possible(policy, before, rows):
    """All that a file may come to: its receipt without zeros, and the table."""
    good = [row for row in rows if row is not None]
    by_key = [
        (second, [content for _, content in group])
        for second, group in groupby(sorted(good, key=lambda row: row[0]), lambda row: row[0])
    ]
    each = [
        [(second, *end) for end in ends(policy, before.get(second, (None, frozenset())), contents)]
        for second, contents in by_key
    ]
    for choice in product(*each):
        told = Counter({"read": len(rows), "rejected": len(rows) - len(good)})
        after = dict(before)
        for second, counted, found in choice:
            told.update(counted)
            after[second] = found
        yield {name: count for name, count in told.items() if count}, after


@pytest.mark.usefixtures("aws")
class TestImports(TestCase):
    @examples(40)
    @given(
        there=some.lists(ROWS, max_size=6),
        files=some.lists(
            some.tuples(FILES, some.sampled_from(ON_CONFLICT)), min_size=1, max_size=2
        ),
        chunk_bytes=some.sampled_from([64, 150, 300]),
        share=some.sampled_from([0, 0.1, 0.2]),
        seed=some.integers(0, 1_000_000),
    )
    def test_an_import_comes_to_what_a_plain_list_of_its_rows_comes_to(
        self, there, files, chunk_bytes, share, seed
    ):
        empty_table()
        have(there)
        for number, (rows, policy) in enumerate(files):
            before = table()
            tasks = ShakyTasks(random.Random(seed), share)
            with self.settings(CHUNK_BYTES=chunk_bytes):
                import_ = start(text_of(rows), tasks, f"{number}.csv", on_conflict=policy)
                tasks.run()
            assert (counts(import_), table()) in list(possible(policy, before, rows))
            assert import_.state == "done"
            assert sum(Day.objects.values_list("count", flat=True)) == len(records())
            wrong = [place for place, row in enumerate(rows, start=2) if row is None]
            assert set(wrong) <= {reject.line for reject in store.stored(import_)}
