"""What chunks have counted that share keys, put right when their open rows are merged."""

import json
from types import SimpleNamespace

import pytest

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.running.writing.forecast import open_rows
from ingestion.running.writing.forecast.merging import Merged, Merging, overlapping, page_bytes
from tests.ingestion.helpers import DATE, FIRST_SECOND
from tests.ingestion.running.writing.forecast.forecasting import content, seconds
from tests.messages_app.records import record

# Four records of one key.
A, B, C, D = (record(FIRST_SECOND, location=name) for name in "abcd")
KEY = A.key
NEVER, AT_ONCE = Deadline(1000), Deadline(-1)


class Table:
    """A repository that knows which of its records it was asked for, once for each request."""

    def __init__(self, *records):
        self._there = {one.key: one for one in records}
        self.asked = []

    def existing(self, records, _):
        keys = [one.key for one in records]
        self.asked.append(keys)
        return {key: self._there[key] for key in keys if key in self._there}


def beside(record, length, edited=None):
    """A record that is kept beside another; it may have been edited since."""
    copy = record.with_conflict_suffix(length)
    return edited.with_time(copy.time) if edited else copy


def forecast_of(settings, *chunks):
    """A forecast whose chunks have these open rows."""
    key = f"{Import.objects.count()}.csv"
    import_ = Import.objects.create(bucket=settings.DATA_BUCKET, key=key)
    place = {"start": 0, "end": 1, "first_line": 2, "lines": 1}
    for number, found in enumerate(chunks, 1):
        chunk = import_.chunks.create(number=number, **place)
        chunk.looked = {"open": open_rows.store(chunk, found)}
        chunk.save()
    import_.chunks.create(number=99, **place)
    return import_


@pytest.fixture
def merge(aws, db, settings):
    def merged_of(policy, *chunks, table=None):
        import_ = forecast_of(settings, *({KEY: one} for one in chunks))
        merging = Merging(import_, table or Table(), policy, NEVER, Merged())
        assert merging.run(NEVER)
        counts = {name: count for name, count in merging.merged.counts.items() if count}
        return counts, dict(merging.merged.writes)

    return merged_of


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_a_row_that_another_chunk_has_too_is_new_once(merge, policy):
    counts, writes = merge(policy, [content(A, 2)], [content(A, 5, count=2)])
    assert counts == {"written": -1, "unchanged": 1}
    assert writes == ({} if policy == "replace" else {DATE: -1})


@pytest.mark.parametrize(
    ("policy", "counts", "writes"),
    [
        ("keep", {"written": -1, "kept": 1}, {}),
        ("replace", {"written": -1, "replaced": 1}, {}),
        ("reject", {"written": -1, "kept": 1}, {DATE: -1}),
    ],
)
def test_another_row_of_the_key_is_in_conflict(merge, policy, counts, writes):
    table = Table()
    assert merge(policy, [content(A, 2)], [content(B, 5)], table=table) == (counts, writes)
    asked = [[beside(A, 6).key, beside(B, 6).key]] if policy == "keep" else []
    assert table.asked == asked


def test_the_first_row_of_the_file_makes_the_record(merge):
    told = merge("keep", [content(B, 11), content(A, 2)], [content(B, 20)])
    assert told == ({"written": -1, "unchanged": 1}, {DATE: -1})
    told = merge("reject", [content(A, 2), content(B, 11)], [content(B, 20), content(A, 30)])
    assert told == ({"written": -1, "unchanged": 1}, {DATE: -1})


@pytest.mark.parametrize(
    "there",
    [
        [beside(B, 6)],
        [beside(B, 6, C), beside(B, 12)],
        [beside(B, 6, C), beside(B, 12, D), beside(B, 24)],
    ],
)
def test_a_row_that_stands_beside_its_key_already_is_equal(merge, there):
    table = Table(*there)
    counts, _ = merge("keep", [content(A, 2)], [content(B, 5)], table=table)
    assert counts == {"written": -1, "unchanged": 1}
    assert len(table.asked) == len(there)
    assert all(keys == [one.key] for keys, one in zip(table.asked[1:], there[1:], strict=True))


def test_a_row_is_looked_for_no_further_than_its_digest_goes(merge):
    table = Table(beside(B, 6, C), beside(B, 12, C), beside(B, 24, C))
    counts, _ = merge("keep", [content(A, 2)], [content(B, 5)], table=table)
    assert counts == {"written": -1, "kept": 1}
    assert len(table.asked) == 3


def test_what_chunks_have_looked_for_is_not_looked_for_again(merge):
    table = Table()
    one, other = content(C, 5, is_conflict_copy=True), content(C, 9, is_conflict_copy=True)
    assert merge("keep", [one], [other], table=table) == ({"kept": -1, "unchanged": 1}, {DATE: -1})
    second = [content(C, 5), content(B, 6, is_there=True)]
    counts, _ = merge("keep", [content(A, 2)], second, table=table)
    assert counts == {"written": -1, "kept": 1}
    assert table.asked == [[beside(A, 6).key, beside(C, 6).key]]


def test_chunks_without_open_rows_and_keys_of_one_chunk_change_nothing(merge):
    assert merge("keep", [content(A, 2), content(B, 3)]) == ({}, {})


@pytest.mark.django_db
def test_a_merge_goes_on_where_it_was_behind_a_hundred_keys(aws, settings):
    import_ = forecast_of(settings, seconds(A, 250, 2), seconds(B, 250, 300))
    merged, table, rounds = Merged(), Table(), []
    while not Merging(import_, table, "keep", NEVER, merged).run(AT_ONCE):
        merged = Merged.from_json(json.loads(json.dumps(merged.as_json())))
        rounds.append(merged.counts["kept"])
    assert rounds == [100, 200]
    assert [len(keys) for keys in table.asked] == [200, 200, 100]
    assert {name: count for name, count in merged.counts.items() if count} == {
        "written": -250,
        "kept": 250,
    }
    assert merged.places == {
        chunk.number: chunk.looked["open"]["bytes"] for chunk in import_.chunks.exclude(looked=None)
    }


@pytest.mark.django_db
def test_whether_time_is_up_is_looked_at_behind_five_thousand_keys(aws, settings):
    odd = seconds(A, 2600, 2, step=2, first=1)
    import_ = forecast_of(settings, seconds(A, 2600, 2, step=2), odd)
    merging = Merging(import_, Table(), "keep", NEVER, Merged())
    assert not merging.run(AT_ONCE)
    line = import_.chunks.get(number=1).looked["open"]["bytes"] // 2600
    assert merging.merged.places == {1: 2500 * line, 2: 2500 * line}
    assert merging.run(AT_ONCE)
    assert merging.merged.counts.total() == 0


def lists(*ranges):
    return [
        SimpleNamespace(chunk=SimpleNamespace(number=number), first=first, last=last)
        for number, (first, last) in enumerate(ranges, 1)
    ]


@pytest.mark.parametrize(
    ("ranges", "found"),
    [
        ([], []),
        ([(1, 9)], []),
        ([(1, 2), (3, 4), (5, 6)], []),
        ([(3, 4), (1, 3)], [1, 2]),
        ([(1, 9), (2, 3), (4, 5), (10, 11)], [1, 2, 3]),
        ([(1, 2), (3, 7), (4, 9), (8, 10), (11, 12)], [2, 3, 4]),
        ([(1, 5), (3, 5), (5, 6), (6, 6), (7, 8)], [1, 2, 3, 4]),
        ([(1, 1), (1, 1)], [1, 2]),
    ],
)
def test_lists_are_merged_whose_keys_another_one_may_have_too(ranges, found):
    assert sorted(one.chunk.number for one in overlapping(lists(*ranges))) == found


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, 65_536), (512, 65_536), (1024, 32_768), (2048, 16_384), (32_768, 1024), (10**6, 1024)],
)
def test_the_more_lists_there_are_the_less_of_each_is_held(count, expected):
    assert page_bytes(count) == expected
