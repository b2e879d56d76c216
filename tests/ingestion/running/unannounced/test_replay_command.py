"""``manage.py replay``."""

import io
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.utils import timezone

from ingestion.aws import sqs
from ingestion.models import Import
from tests.ingestion.helpers import HEADER, put, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def replay(*arguments):
    """What it says, line by line."""
    output = io.StringIO()
    call_command("replay", *arguments, stdout=output)
    return output.getvalue().splitlines()


def tasks_sent():
    return sqs.backlog(sqs.queue_url(configured.CELERY_QUEUE))


def test_it_starts_an_import_for_each_file_that_has_none():
    run(HEADER, key="in/known.csv")
    put(HEADER, key="in/a.csv")
    put(HEADER, key="out/b.csv")
    assert replay("--prefix", "in/") == ["in/a.csv", "1 file now imported"]
    assert sorted(import_.key for import_ in Import.objects.all()) == ["in/a.csv", "in/known.csv"]
    assert tasks_sent() == 1


def test_twice_is_harmless():
    put(HEADER, key="a.csv")
    replay("--prefix", "")
    assert replay("--prefix", "") == ["0 files now imported"]
    assert tasks_sent() == 1


def test_a_dry_run_only_names_the_files():
    put(HEADER, key="a.csv")
    assert replay("--prefix", "", "--dry-run") == ["a.csv", "1 file found without an import"]
    assert not Import.objects.exists()
    assert tasks_sent() == 0


@pytest.mark.parametrize(("hours", "count"), [(-1, 1), (1, 0)])
def test_since_bounds_the_search(hours, count):
    put(HEADER, key="a.csv")
    since = (timezone.now() + timedelta(hours=hours)).isoformat()
    assert replay("--prefix", "", "--since", since)[-1] == (
        f"{count} file{'' if count else 's'} now imported"
    )


def test_it_stops_at_its_limit_and_goes_on_the_next_time():
    for number in range(3):
        put(HEADER, key=f"{number}.csv")
    assert replay("--prefix", "", "--limit", "2") == [
        "0.csv",
        "1.csv",
        "2 files now imported",
        "There may be more: run it again, or give a higher --limit.",
    ]
    assert replay("--prefix", "", "--limit", "2") == ["2.csv", "1 file now imported"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--prefix"),
        (["--prefix", "", "--since", "yesterday"], "must be ISO 8601"),
        (["--prefix", "", "--limit", "0"], "--limit must be 1 or more"),
    ],
)
def test_wrong_arguments_are_told(arguments, said):
    with pytest.raises(CommandError, match=said):
        replay(*arguments)


def test_a_bucket_that_is_not_there_is_one_sentence(settings):
    settings.DATA_BUCKET = "no-such-bucket"
    with pytest.raises(CommandError, match="S3 could not list the bucket: NoSuchBucket"):
        replay("--prefix", "")
