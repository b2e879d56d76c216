"""Workers are killed while a file is forecast: what it says is what the import then does."""

import random

from ingestion.running import lifecycle
from ingestion.running.tasks import CeleryQueue
from messages_app.models import Day
from tests.faults.files import CsvFile
from tests.ingestion.running.writing.forecast.forecasting import became, foretold


def test_a_forecast_whose_workers_are_killed_says_what_the_import_does(stack):
    chance = random.Random(5)
    stack.upload(CsvFile(1500))
    stack.ended()
    before, days = stack.records(), list(Day.objects.values_list("date", "count"))
    stack.upload(CsvFile(4000), is_forecast=True)
    stack.kill_workers(chance, 1, service="s3", share=0.3)
    stack.kill_workers(chance, 3, service="dynamodb", share=0.3)
    stack.wait_for(lambda import_: import_.dry_run)
    import_ = stack.ended()
    said = foretold(import_)
    assert said["read"] == 4000
    assert min(said.values()) > 0
    assert stack.records() == before
    assert list(Day.objects.values_list("date", "count")) == days

    assert lifecycle.make_real(import_, CeleryQueue())
    stack.ended()
    assert became(import_) == said
