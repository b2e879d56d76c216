"""An import says when its moments lie in the future, or far from all others of the table."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ingestion.models import Import
from ingestion.running import lifecycle
from ingestion.running.ended import notices
from messages_app.models import Day
from tests.ingestion.helpers import HEADER, Tasks, line, run, start
from tests.ingestion.responses import json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def at(*moments: datetime) -> str:
    """A file with a row of each moment."""
    times = [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in moments]
    return HEADER + "".join(line(number, timestamp=time) for number, time in enumerate(times))


def told(import_: Import) -> dict[str, str]:
    import_.refresh_from_db()
    return {notice["code"]: notice["detail"] for notice in import_.notices}


NEAR = datetime(2019, 5, 28, 12, tzinfo=UTC)
A_YEAR = timedelta(days=366)


def in_days(count: int) -> datetime:
    """Noon of a day from now."""
    return timezone.now().replace(hour=12, minute=0, second=0) + timedelta(days=count)


def test_moments_after_tomorrow_are_told_with_their_number_and_dates():
    first, last = in_days(2), in_days(40)
    import_ = run(at(NEAR, first, last, last + timedelta(seconds=1)))
    assert import_.state == "done"
    assert told(import_) == {
        "future_moments": "3 of its 4 new records lie later than tomorrow (UTC),"
        f" from {first:%Y-%m-%d} to {last:%Y-%m-%d}. See whether the file's times are right."
    }


def test_moments_of_today_and_tomorrow_are_not_told():
    assert told(run(at(in_days(0), in_days(1)))) == {}


def test_in_an_empty_table_nothing_is_far_from_others():
    assert told(run(at(NEAR, NEAR - 9 * A_YEAR))) == {}


def test_moments_far_from_all_others_are_told_with_their_number_and_dates():
    run(at(NEAR), key="before.csv")
    far = NEAR - A_YEAR - timedelta(days=1)
    import_ = run(at(NEAR + timedelta(hours=1), far))
    assert told(import_) == {
        "distant_moments": "1 of its 2 new records lies more than 366 days from every record that"
        f" other imports and people made, on {far:%Y-%m-%d}. See whether the file's times are"
        " right."
    }


@pytest.mark.parametrize("gap", [A_YEAR, -A_YEAR])
def test_moments_a_year_away_are_not_far(gap):
    run(at(NEAR), key="before.csv")
    assert told(run(at(NEAR + gap))) == {}


def test_what_an_import_added_to_a_date_before_is_no_other_record(settings):
    """A date that only this import has, in several chunks, is as far as it is."""
    settings.CHUNK_BYTES = 4096
    run(at(NEAR), key="before.csv")
    far = NEAR - 3 * A_YEAR
    import_ = run(at(*(far + timedelta(seconds=second) for second in range(200))))
    assert import_.chunks_total > 1
    assert "200 of its 200 new records lie more than" in told(import_)["distant_moments"]


def test_rows_that_are_there_already_are_told_no_second_time():
    content = at(in_days(9))
    assert told(run(content)) != {}
    assert told(run(content, key="again.csv")) == {}


def test_an_import_that_was_cancelled_tells_of_the_chunks_that_were_written(settings):
    settings.CHUNK_BYTES = 4096
    tasks = Tasks()
    import_ = start(at(*(in_days(9) + timedelta(seconds=second) for second in range(200))), tasks)
    tasks.run_one()
    tasks.run_one()
    assert lifecycle.cancel(import_)
    assert "new records lie later than tomorrow" in told(import_)["future_moments"]


def test_imported_once_more_after_a_loss_it_tells_the_same():
    tasks = Tasks()
    import_ = run(at(in_days(9)))
    before = told(import_)
    lifecycle.import_again(import_, tasks)
    assert told(import_) == {}
    tasks.run()
    assert set(told(import_)) == set(before) == {"future_moments"}


def test_it_costs_the_same_however_many_rows_there_are(django_assert_max_num_queries):
    Day.objects.bulk_create(Day(date=f"{year}-01-01", count=1) for year in range(1971, 2020))
    import_ = Import.objects.create(bucket="b", key="file.csv", identity="1")
    import_.chunks.create(
        number=1, start=0, end=1, first_line=2, lines=1, new_by_date={"2050-01-01": 9**9}
    )
    with django_assert_max_num_queries(3):
        notices.renew(import_)
    assert set(told(import_)) == {"future_moments", "distant_moments"}


def test_the_api_and_the_page_tell_them(log_in_viewer):
    import_ = run(at(NEAR, in_days(9)))
    api = api_client("ingestion.view_import")
    [notice] = json_of(api.get(f"/api/imports/{import_.pk}/"))["notices"]
    assert notice["code"] == "future_moments"
    page = log_in_viewer.get(f"/imports/{import_.pk}/").content.decode()
    assert notice["detail"].replace("'", "&#x27;") in page


@pytest.fixture
def log_in_viewer(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("kim"))
    return client
