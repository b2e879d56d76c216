"""The end of a forecast: when it is concluded, what is put right, and whether it is held."""

import pytest
from django.utils import timezone

from common.deadline import Deadline
from common.meters import Units
from ingestion.models import Import, State
from ingestion.reading.file_error import FileError
from ingestion.running.writing import consumption
from ingestion.running.writing.forecast import open_rows
from ingestion.running.writing.forecast.conclude import conclude, send_when_compared
from ingestion.running.writing.policy import policy_of
from notices.models import Occurrence
from tests.common.clock import Clock, Ticking
from tests.ingestion.helpers import FIRST_SECOND, Tasks
from tests.ingestion.running.writing.forecast.forecasting import seconds
from tests.messages_app.records import record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

PLACE = {"start": 0, "end": 1, "first_line": 2, "lines": 1}
A, B = record(FIRST_SECOND), record(FIRST_SECOND, location="elsewhere")


@pytest.fixture
def forecast(settings):
    """A forecast; its chunks have these open rows, and are done unless said otherwise."""

    def made(*chunks, is_done=True, **options):
        rows = sum(len(found) for found in chunks)
        usual = {"dry_run": True, "is_planned": True, "state": State.WRITING, "bytes_total": 9}
        counts = {"read": rows, "written": rows}
        usual |= {"bucket": settings.DATA_BUCKET, "key": "file.csv", **counts}
        import_ = Import.objects.create(**{**usual, **options})
        for number, found in enumerate(chunks, 1):
            chunk = import_.chunks.create(number=number, is_done=is_done, **PLACE)
            looked = {"writes": {}, "row_units": 1, "read_units": 0, "examples": {}}
            chunk.looked = {**looked, "open": open_rows.store(chunk, found)}
            chunk.save()
        return import_

    return made


def end(import_, queue=None):
    goes_on = conclude(import_, queue or Tasks(), Deadline(1000))
    return goes_on, Import.objects.get(pk=import_.pk)


SHARED = [seconds(A, 1, 2), seconds(A, 1, 5)]


@pytest.mark.parametrize(
    "options",
    [
        {"is_done": False},
        {"is_planned": False},
        {"dry_run": False},
        {"state": State.CANCELLED},
    ],
)
def test_only_a_forecast_that_is_compared_is_concluded(forecast, options):
    import_ = forecast(*SHARED, hold_above=99, **options)
    tasks = Tasks()
    send_when_compared(import_, tasks)
    assert (end(import_)[0], tasks.waiting) == (False, [])
    assert import_.forecast is None
    assert Import.objects.get().state == options.get("state", State.WRITING)


def test_it_is_concluded_once(forecast):
    import_ = forecast(*SHARED)
    tasks = Tasks()
    send_when_compared(import_, tasks)
    assert tasks.waiting == [(str(import_.pk), 0)]
    import_.read = import_.written = 0  # as another task has read it
    for _ in range(2):
        goes_on, now = end(import_)
        assert (goes_on, now.state, now.error_code) == (False, State.DONE, "")
        assert (now.read, now.written, now.unchanged) == (2, 1, 1)
        assert now.forecast["writes"] == -1
        assert now.bytes_done == 9
        assert now.finished_at is not None
    assert not Occurrence.objects.exists()


@pytest.mark.parametrize(
    ("limit", "state", "goes_on"),
    [(49, State.HELD, False), (50, State.WRITING, True), (51, State.WRITING, True)],
)
def test_above_its_limit_it_is_held_and_people_are_told(forecast, limit, state, goes_on):
    """Of four rows one is wrong and one has its key taken by another row of the file."""
    chunks = [seconds(A, 2, 2), seconds(B, 1, 7)]
    counts = {"read": 4, "written": 3, "rejected": 1}
    import_ = forecast(*chunks, hold_above=limit, on_conflict="reject", **counts)
    told, now = end(import_)
    assert (told, now.state) == (goes_on, state)
    assert Occurrence.objects.exists() is (state == State.HELD)
    if state == State.HELD:
        assert (now.error_code, now.kept, now.written) == ("too_many_wrong", 1, 2)
        assert "50 % of its rows would be rejected, and 49 % is the limit" in now.error_detail


class Cancelling(Clock):
    """Whoever looks at it has all cancelled."""

    def __call__(self):
        Import.objects.update(state=State.CANCELLED)
        return super().__call__()


def test_one_that_is_cancelled_at_its_end_is_not_held(forecast):
    deadline = Deadline(1000, Cancelling())
    counts = {"read": 3, "written": 2, "rejected": 1}
    import_ = forecast(*SHARED, hold_above=0, on_conflict="reject", **counts)
    assert not conclude(import_, Tasks(), deadline)
    assert Import.objects.get().state == State.CANCELLED
    assert not Occurrence.objects.exists()


def test_a_merge_that_pauses_keeps_how_far_it_is_and_is_no_standstill(forecast):
    import_ = forecast(seconds(A, 150, 2), seconds(B, 150, 200), resumes=3)
    Import.objects.update(progress_at="2019-05-28T00:00:00Z")
    tasks = Tasks()
    assert not conclude(import_, tasks, Deadline(-1))
    now = Import.objects.get()
    assert (now.state, now.resumes) == (State.WRITING, 0)
    assert now.progress_at.year >= 2026
    assert now.forecast["merging"]["counts"]["kept"] == 100
    assert tasks.waiting == [(str(import_.pk), 0)]
    _, now = end(import_, tasks)
    assert (now.state, now.written, now.kept) == (State.DONE, 150, 150)


def test_a_merge_pauses_when_half_of_its_time_is_over(forecast):
    import_ = forecast(seconds(A, 150, 2), seconds(B, 150, 200), on_conflict="reject")
    tasks = Tasks()
    conclude(import_, tasks, Deadline(10, Ticking(4)))
    assert tasks.waiting == [(str(import_.pk), 0)]
    assert Import.objects.get().state == State.WRITING


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"read": 0, "written": 0}, "no_rows"),
        ({"read": 3}, "receipt_mismatch"),
    ],
)
def test_a_forecast_that_says_nothing_is_a_failure(forecast, counts, code):
    with pytest.raises(FileError) as error:
        end(forecast(*SHARED, **counts))
    assert error.value.code == code


def test_what_tasks_consume_is_added_to_the_import_that_they_are_of(forecast):
    import_ = forecast(*SHARED)
    for _ in range(2):
        consumption.count(import_, Units(2.0, 0.5))
    consumption.count(import_, Units(0.0, 1.0))
    now = Import.objects.get()
    assert (now.write_units, now.read_units) == (4.0, 2.0)
    Import.objects.update(undo_begun_at=timezone.now())
    consumption.count(import_, Units(2.0, 0.5))
    assert Import.objects.get().write_units == 4.0


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_the_policy_of_an_import_is_what_it_says(policy):
    assert policy_of(Import(on_conflict=policy)) == policy
