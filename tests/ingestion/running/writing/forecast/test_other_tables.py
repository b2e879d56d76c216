"""Forecasts of other kinds and formats, of spread days, and of a table that takes little."""

import pytest

from audit.actor import Actor, Channel
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Import
from ingestion.running.write import write
from messages_app.kinds import making
from messages_app.schema.builtin import MESSAGE
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import HEADER, Tasks, line, run, start
from tests.ingestion.running.writing.forecast.forecasting import (
    became,
    forecast,
    foretold,
    make_real,
)
from tests.messages_app.kinds.climate import CLIMATE, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

ROOMS = "at,sensor,temperature,humidity,battery\n"


def room(second: int, sensor: str, temperature: int) -> str:
    return f"2019-05-28T10:40:{second:02}Z,{sensor},{temperature},40,\n"


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_a_kind_with_identity(settings, policy):
    settings.CHUNK_BYTES = 64
    making.make(CLIMATE, Actor(somebody().user, Channel.PAGE))
    run(ROOMS + room(1, "a", 20) + room(1, "b", 20), key="before.csv")
    text = ROOMS + room(1, "a", 20) + room(1, "b", 21) + room(2, "a", 5) + room(2, "b", 5)
    import_ = forecast(text + room(2, "a", 5) + room(2, "b", 6), on_conflict=policy)
    said = foretold(import_)
    assert said == {"read": 6, "new": 2, "equal": 2, "conflict": 2}
    make_real(import_)
    assert became(import_) == said
    assert import_.kind == "climate"


def test_a_file_of_a_format():
    make("plant", key_pattern="plant-a/*.csv")
    import_ = forecast(FILE, key="plant-a/one.csv")
    said = foretold(import_)
    assert said == {"read": 2, "new": 2}
    make_real(import_)
    assert became(import_) == said


def test_days_that_are_spread(settings):
    settings.CHUNK_BYTES = 4096
    spread.write_down("messages", Partitioning(4))
    text = HEADER + "".join(line(one, second=one // 2) for one in range(300))
    run(HEADER + "".join(line(2 * one, second=one) for one in range(0, 150, 3)), key="before.csv")
    import_ = forecast(text)
    said = foretold(import_)
    assert said == {"read": 300, "new": 100, "equal": 50, "conflict": 150}
    assert import_.forecast["partitions"] == 4
    make_real(import_)
    assert became(import_) == said


class TakesNothing:
    """A repository of a table that refuses all reads as too many."""

    schema = MESSAGE

    def looking(self, records, deadline):
        raise ServiceError("too many", "ThrottlingException", permanent=False)


def test_a_table_that_takes_little_is_asked_again_later():
    tasks = Tasks()
    import_ = start(HEADER + line(0), tasks, dry_run="true")
    tasks.run_one()
    [sent] = tasks.waiting
    chunk = import_.chunks.get()
    write(Import.objects.get(pk=import_.pk), chunk, TakesNothing(), tasks, Deadline(30))
    assert tasks.waiting == [sent, sent]
    tasks.run()
    assert foretold(import_) == {"read": 1, "new": 1}
