"""A forecast comes to what the import then does: random tables and files, in tiny chunks, with
tasks that are killed or throttled at any request."""

import random
from decimal import Decimal

import pytest
from django.conf import settings as configured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app.batch_write import new_by_date
from messages_app.models import Day
from messages_app.schema.record import Origin
from messages_app.store import day_index
from messages_app.store.bulk_insert import ON_CONFLICT
from messages_app.store.repository import message_repository
from tests.ingestion.helpers import FIRST_SECOND, HEADER, line, lose, records
from tests.ingestion.running.writing.forecast.forecasting import (
    became,
    forecast,
    foretold,
    make_real,
)
from tests.messages_app.records import record
from tests.support.shaky import ShakyTasks

pytestmark = [pytest.mark.usefixtures("aws")]

# Few keys and contents, so that rows meet.
_ROWS = some.tuples(some.integers(0, 5), some.integers(0, 2)) | some.just(None)
_FILES = some.lists(_ROWS, min_size=1, max_size=8)
_POLICIES = some.sampled_from(ON_CONFLICT)


def text_of(rows):
    """A file with these rows, each by its second and what its content is; None is a wrong one."""
    return HEADER + "".join(
        "wrong\n" if row is None else line(0, second=row[0], avg=row[1]) for row in rows
    )


def empty_table():
    scanned = dynamodb_client().scan(TableName=configured.MESSAGES_TABLE)
    for item in scanned["Items"]:
        key = {"date": item["date"], "time": item["time"]}
        dynamodb_client().delete_item(TableName=configured.MESSAGES_TABLE, Key=key)


def have(rows, import_id, policy):
    """Records of another file with these rows."""
    messages = [
        record(FIRST_SECOND + row[0], local_avg=Decimal(row[1]), origin=Origin(import_id, number))
        for number, row in enumerate(rows, start=2)
        if row is not None
    ]
    placed = message_repository().insert_many(messages, policy, Deadline(30))
    day_index.add(new_by_date(placed))


def table():
    return sorted((one.date, one.time, one.digest(), one.import_origin) for one in records())


@pytest.mark.usefixtures("aws")
class TestForecast(TestCase):
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        before=some.lists(some.tuples(_FILES, _POLICIES), max_size=2),
        gone=some.integers(0, 3),
        rows=_FILES,
        policy=_POLICIES,
        chunk_bytes=some.sampled_from([64, 150, 300]),
        share=some.sampled_from([0, 0.1, 0.2]),
        seed=some.integers(0, 1_000_000),
    )
    def test_a_forecast_comes_to_what_the_import_then_does(
        self, before, gone, rows, policy, chunk_bytes, share, seed
    ):
        empty_table()
        for number, (file, its_policy) in enumerate(before):
            have(file, f"before-{number}", its_policy)
        plain = [one for one in records() if "~" not in one.time]
        stands_beside = {one.time.partition("~")[0] for one in records() if "~" in one.time}
        lose([one for one in plain if one.time not in stands_beside][:gone])
        was, days = table(), list(Day.objects.values_list("date", "count"))
        with self.settings(CHUNK_BYTES=chunk_bytes):
            tasks = ShakyTasks(random.Random(seed), share)
            import_ = forecast(text_of(rows), tasks=tasks, on_conflict=policy)
            said = foretold(import_)
            assert (table(), list(Day.objects.values_list("date", "count"))) == (was, days)
            make_real(import_)
        assert became(import_) == said
