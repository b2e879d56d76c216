"""The cost line of a receipt: what the tasks of an import consumed."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion.models import Import
from ingestion.presentation import spent
from ingestion.running import lifecycle
from tests.ingestion.helpers import HEADER, Tasks, line, lines, run, start, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def admin_api(admin_user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(admin_user)
    return client


def units(import_: Import) -> tuple[int, int]:
    """Written and read."""
    cost = spent.of_import(import_)
    assert cost is not None
    return cost.write_units, cost.read_units


def test_each_new_row_takes_a_unit_of_writing() -> None:
    import_ = run(HEADER + lines(300))
    assert import_.written == 300
    assert units(import_)[0] == 300


def test_a_file_that_is_there_already_is_read_for_little_and_writes_nothing() -> None:
    run(HEADER + lines(300))
    written, read = units(run(HEADER + lines(300), key="again.csv"))
    assert written == 0
    assert 0 < read <= 0.1 * 300


def test_what_several_chunks_take_is_added_up(settings: Any) -> None:
    settings.CHUNK_BYTES = 4096
    import_ = run(HEADER + lines(300))
    assert import_.chunks_total > 3
    assert units(import_)[0] == 300


def test_an_import_that_runs_anew_is_counted_anew() -> None:
    import_ = run(HEADER + lines(50))
    take_back(import_)
    import_.refresh_from_db()
    tasks = Tasks()
    assert lifecycle.run_again(import_, tasks)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, units(import_)[0]) == ("done", 50)


def test_the_api_tells_units_and_dollars(admin_api: APIClient) -> None:
    import_ = run(HEADER + lines(100))
    cost = admin_api.get(f"/api/imports/{import_.pk}/").json()["cost"]
    assert cost["units"]["write"] == 100
    # A million writes cost $0.625; three requests to SQS and one to S3 are beside them.
    assert cost["dollars"] == pytest.approx(100 * 0.625e-6 + 1.6e-6, abs=1e-6)
    assert cost["prices_of"] == "2026-11-01"


def test_nothing_is_said_of_an_import_that_consumed_nothing(admin_api: APIClient) -> None:
    import_ = start(HEADER + line(1), Tasks())
    assert admin_api.get(f"/api/imports/{import_.pk}/").json()["cost"] is None


def test_the_page_has_the_price_below_the_receipt(admin_client: Any) -> None:
    import_ = run(HEADER + lines(2000))
    page = admin_client.get(f"/imports/{import_.pk}/").content.decode()
    assert "Importing it took 2,000 write and " in page
    assert "read units of the table: about $0.0013 at list prices" in page
