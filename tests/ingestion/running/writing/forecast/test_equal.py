"""A forecast comes to what the import then does: random tables and files, in tiny chunks, with
tasks that are killed or throttled at any request."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from messages_app.models import Day
from messages_app.store.bulk_insert import ON_CONFLICT
from tests.ingestion.helpers import lose, records
from tests.ingestion.running.writing.forecast.forecasting import (
    became,
    forecast,
    foretold,
    make_real,
)
from tests.ingestion.running.writing.random_files import FILES, empty_table, examples, have, text_of
from tests.support.shaky import ShakyTasks

pytestmark = [pytest.mark.usefixtures("aws")]

_POLICIES = some.sampled_from(ON_CONFLICT)


def table():
    return sorted((one.date, one.time, one.digest(), one.import_origin) for one in records())


@pytest.mark.usefixtures("aws")
class TestForecast(TestCase):
    @examples(40)
    @given(
        before=some.lists(some.tuples(FILES, _POLICIES), max_size=2),
        gone=some.integers(0, 3),
        rows=FILES,
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
