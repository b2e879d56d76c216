"""What an import says of the dates of its records, by its counts alone: no file is needed."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ingestion.models import Import
from ingestion.running.ended import notices
from messages_app.models import Day

pytestmark = pytest.mark.django_db


def told(*dates):
    """Of an import with a record of each date."""
    import_ = Import.objects.create(bucket="b", key="file.csv", identity="1")
    import_.chunks.create(
        number=1, start=0, end=1, first_line=2, lines=1, new_by_date=dict.fromkeys(dates, 1)
    )
    notices.renew(import_)
    import_.refresh_from_db()
    return {one["code"]: one["detail"] for one in import_.notices}


def in_days(count):
    return str(timezone.now().date() + timedelta(days=count))


def test_the_day_after_tomorrow_is_the_first_of_the_future():
    found = told(in_days(0), in_days(1), in_days(2))
    assert set(found) == {"future_moments"}
    assert found["future_moments"].startswith(
        f"1 of its 3 new records lies later than tomorrow (UTC), on {in_days(2)}."
    )


@pytest.mark.parametrize(("days", "is_far"), [(-367, 1), (-366, 0), (5, 0), (366, 0), (367, 1)])
def test_a_date_is_as_far_as_the_nearest_other_one(days, is_far):
    for other in ("1999-01-01", "2010-06-01", "2010-06-11", "2018-01-01"):
        Day.objects.create(date=other, count=9)
    near = date(2010, 6, 1) if days < 0 else date(2010, 6, 11)
    assert len(told(str(near + timedelta(days)))) == is_far


def test_one_without_new_records_asks_nothing_of_the_register(django_assert_num_queries):
    import_ = Import.objects.create(bucket="b", key="file.csv", identity="1")
    with django_assert_num_queries(1):
        notices.renew(import_)
