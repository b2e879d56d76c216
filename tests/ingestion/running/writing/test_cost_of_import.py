"""The cost line of a receipt: what the tasks of an import consumed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.models import Import
from ingestion.presentation import spent
from ingestion.running import lifecycle
from ingestion.running.write import write
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.bulk_insert import InsertResult
from messages_app.store.repository import RecordRepository
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


def test_what_it_takes_to_take_it_back_is_added() -> None:
    import_ = run(HEADER + lines(50))
    _, read = units(import_)
    take_back(import_)
    import_.refresh_from_db()
    assert import_.state == "undone"
    written, read_then = units(import_)
    assert written == 100
    assert read_then > read


def test_taking_it_back_takes_requests_as_well() -> None:
    import_ = Import(write_units=1, chunks_done=1000)
    once = spent.of_import(import_)
    import_.undo_begun_at = timezone.now()
    twice = spent.of_import(import_)
    assert once is not None
    assert twice is not None
    assert twice.dollars > 1.9 * float(once.dollars)


class Failing:
    """A repository whose rows are all written, but nobody learns of it."""

    def __init__(self, repository: RecordRepository) -> None:
        self._repository = repository
        self.schema = repository.schema

    def insert_in_parts(self, *arguments: Any) -> Iterator[dict[int, InsertResult]]:
        list(self._repository.insert_in_parts(*arguments))
        raise ServiceError("the connection broke", "ConnectionError", permanent=False)
        yield {}


def test_a_task_that_fails_is_counted_beside_the_one_that_then_succeeds() -> None:
    tasks = Tasks()
    import_ = start(HEADER + lines(50), tasks)
    tasks.run_one()
    import_.refresh_from_db()
    failing: Any = Failing(BUILTIN.repository)
    with pytest.raises(ServiceError):
        write(import_, import_.chunks.get(), failing, tasks, Deadline(30))
    import_.refresh_from_db()
    first, _ = units(import_)
    tasks.run()
    import_.refresh_from_db()
    assert import_.state == "done"
    assert (first, units(import_)[0]) == (50, 50)
    assert units(import_)[1] > 0  # its rows were found


def test_a_task_that_was_overtaken_is_counted() -> None:
    tasks = Tasks()
    import_ = start(HEADER + lines(50), tasks)
    tasks.run_one()
    import_.refresh_from_db()
    late = import_.chunks.get()
    tasks.run()
    import_.refresh_from_db()
    before = units(import_)
    Import.objects.update(state="writing")
    write(Import.objects.get(), late, BUILTIN.repository, tasks, Deadline(30))
    import_.refresh_from_db()
    assert units(import_)[1] > before[1]
    assert import_.read == 50


def test_a_forecast_that_fails_is_counted() -> None:
    run(HEADER + lines(50))
    tasks = Tasks()
    import_ = start(HEADER + lines(50), tasks, key="other.csv", dry_run="true")
    tasks.run_one()
    import_.refresh_from_db()

    class FailingLook(Failing):
        @contextmanager
        def looking(self, *arguments: Any) -> Iterator[Any]:
            with self._repository.looking(*arguments) as lookup:
                yield lookup
            raise ServiceError("the connection broke", "ConnectionError", permanent=False)

    failing: Any = FailingLook(BUILTIN.repository)
    with pytest.raises(ServiceError):
        write(import_, import_.chunks.get(), failing, tasks, Deadline(30))
    assert units(Import.objects.get(pk=import_.pk))[1] > 0


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
    assert "The import took 2,000 write and " in page
    assert "read units of the table: about $0.0013 at list prices" in page


def test_the_page_says_that_taking_back_is_counted(admin_client: Any) -> None:
    import_ = run(HEADER + lines(20))
    take_back(import_)
    page = admin_client.get(f"/imports/{import_.pk}/").content.decode()
    assert "The import and taking it back took 40 write and " in page
    assert "not counted: tasks that were killed" in page
