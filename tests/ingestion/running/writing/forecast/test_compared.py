"""What a chunk of a forecast finds, and what the findings of all chunks come to."""

from collections import Counter
from contextlib import contextmanager

import pytest
from django.conf import settings

from common.deadline import Deadline
from ingestion.models import Chunk, Import, Receipt
from ingestion.reading.row_parser import ParsedRow
from ingestion.running.writing.forecast import chunk as forecast
from ingestion.running.writing.forecast.result import forecast_result
from ingestion.running.writing.rows import Rows
from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import item_of, size_of
from tests.ingestion.helpers import DATE, FIRST_SECOND
from tests.messages_app.records import record

NEXT_DATE = "2019-05-29"
LIMIT = 1024


class Table:
    """A repository that has these records; looking took 7.5 units."""

    schema = MESSAGE
    units_read = 7.5

    def __init__(self, *records):
        self._items = {one.key: item_of(one, MESSAGE) for one in records}

    @contextmanager
    def looking(self, records, deadline):
        yield self

    def at(self, keys):
        return {key: self._items[key] for key in keys if key in self._items}


def compared(policy, records, there):
    """Of rows whose keys the table has: only under *keep* something rests on other chunks then."""
    rows = Rows()
    for line, one in enumerate(records, 2):
        rows.add(ParsedRow(line, [], one, []))
    import_ = Import(bucket=settings.DATA_BUCKET, on_conflict=policy, dry_run=True)
    chunk = Chunk(number=1, import_record=import_)
    return forecast.compare(import_, chunk, rows, Table(*there), Deadline(10))


THERE = [record(FIRST_SECOND + 86_400 * day + second) for day in range(2) for second in range(3)]
# The rows of the first day are the table's, of the second the first is.
SAME = THERE[:4]
OTHERS = [record(one.values["timestamp"], location="elsewhere") for one in THERE[4:]]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("policy", "receipt", "writes"),
    [
        ("keep", Receipt(read=6, unchanged=4, kept=2), {NEXT_DATE: 2}),
        ("replace", Receipt(read=6, unchanged=4, replaced=2), {DATE: 3, NEXT_DATE: 3}),
        ("reject", Receipt(read=6, unchanged=4, kept=2), {}),
    ],
)
def test_rows_are_counted_by_what_would_become_of_them(policy, receipt, writes):
    part = compared(policy, SAME + OTHERS, THERE)
    assert part.receipt == receipt
    assert part.looked["writes"] == writes
    assert (part.new_by_date, part.rows_left) == ({}, 0)
    assert part.looked["read_units"] == 7.5
    assert bool(part.looked["open"]) is (policy == "keep")
    assert len(part.looked["examples"]["equal"]) == 4


def of_size(size, second=0):
    plain = size_of(item_of(record(FIRST_SECOND + second, location=""), MESSAGE))
    return record(FIRST_SECOND + second, location="x" * (size - plain))


@pytest.mark.parametrize(
    ("sizes", "units"),
    [
        ([], 0.0),
        ([LIMIT], 1.0),
        ([LIMIT + 1], 2.0),
        ([2 * LIMIT, 2 * LIMIT + 1], 2.5),
        ([LIMIT + 1, LIMIT, LIMIT] * 20, 2.0),
        ([LIMIT + 1, LIMIT] * 19, 1.5),
    ],
)
def test_what_a_row_takes_is_the_mean_of_a_few(sizes, units):
    records = [of_size(size, second) for second, size in enumerate(sizes)]
    assert compared("keep", records, records).looked["row_units"] == units


def looked(writes, row_units=1.0, read_units=0.0, **examples):
    return {
        "writes": writes,
        "row_units": row_units,
        "read_units": read_units,
        "examples": examples,
        "open": None,
    }


def result_of(*chunks, change=()):
    import_ = Import.objects.create(bucket="a-bucket", key="file.csv")
    place = {"start": 0, "end": 1, "first_line": 2, "lines": 1}
    for number, one in enumerate(chunks, 1):
        import_.chunks.create(number=number, looked=one, **place)
    return {**forecast_result(import_, Counter(change)), "at": ""}


@pytest.mark.django_db
def test_the_result_is_the_sum_of_all_chunks_and_of_what_was_put_right():
    found = result_of(
        looked({DATE: 3, NEXT_DATE: 1}, 1.0, 2.5, new=[1, 2], equal=[3]),
        None,
        looked({NEXT_DATE: 4}, 3.0, 0.5, new=[4]),
        looked({}, 0.0, 1.0),
        change={NEXT_DATE: -5},
    )
    assert found == {
        "at": "",
        "examples": {"new": [1, 2, 4], "equal": [3], "conflict": []},
        "writes": 3,
        "row_units": 2.0,
        "read_units": 4.0,
        "days": 1,
        "busiest": {"date": DATE, "writes": 3},
        "partitions": 1,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("chunks", [[], [None], [looked({}, 0.0)]])
def test_where_nothing_would_be_written_no_day_is_the_busiest(chunks):
    found = result_of(*chunks)
    assert (found["writes"], found["row_units"], found["read_units"]) == (0, 0.0, 0.0)
    assert (found["days"], found["busiest"]) == (0, None)
    assert found["examples"] == {"new": [], "equal": [], "conflict": []}
