"""What a forecast costs: at most half of the requests of importing the file."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from common.aws.clients import dynamodb_client, s3_client
from tests.ingestion.helpers import HEADER, lines, run
from tests.ingestion.running.writing.forecast.forecasting import forecast, foretold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

ROWS = 5000


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The requests to DynamoDB and S3 meanwhile, by what they ask for."""
    requests: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        requests[model.name] += 1

    clients: list[Any] = [
        *(dynamodb_client(), dynamodb_client("once"), s3_client(), s3_client("once"))
    ]
    for client in clients:
        client.meta.events.register("before-call", count, unique_id="counted")
    yield requests
    for client in clients:
        client.meta.events.unregister("before-call", unique_id="counted")


def requests_of(work: Callable[[], Any]) -> Counter[str]:
    with counted() as requests:
        work()
    return requests


@pytest.fixture
def chunks(settings: Any) -> None:
    settings.CHUNK_BYTES = 65_536


@pytest.mark.usefixtures("chunks")
def test_of_new_rows_a_forecast_takes_half_of_the_requests_of_an_import_or_fewer() -> None:
    foretelling = requests_of(lambda: forecast(HEADER + lines(ROWS)))
    importing = requests_of(lambda: run(HEADER + lines(ROWS), key="other.csv"))
    assert importing["BatchExecuteStatement"] >= ROWS / 25
    assert "BatchExecuteStatement" not in foretelling
    assert foretelling.total() <= importing.total() / 2


@pytest.mark.usefixtures("chunks")
def test_where_the_table_has_the_rows_it_takes_few_too() -> None:
    importing = requests_of(lambda: run(HEADER + lines(ROWS), key="other.csv"))
    import_ = None

    def foretell() -> None:
        nonlocal import_
        import_ = forecast(HEADER + lines(ROWS))

    foretelling = requests_of(foretell)
    assert import_ is not None
    assert foretold(import_) == {"read": ROWS, "equal": ROWS}
    assert foretelling.total() <= importing.total() / 2


@pytest.mark.usefixtures("chunks")
def test_rows_that_lie_far_apart_are_read_key_by_key() -> None:
    days = range(1_500_000_000, 1_600_000_000, 1_000_000)
    text = HEADER + "".join(lines(1).replace("1559040000", str(moment)) for moment in days)
    requests = requests_of(lambda: forecast(text))
    assert requests["Query"] == 0
    assert requests["BatchGetItem"] == 1
