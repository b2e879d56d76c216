"""Which objects of the bucket are files without an import."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from common.aws import s3
from common.aws.clients import s3_client
from ingestion.models import Import
from ingestion.running import lifecycle
from ingestion.running.unannounced import search
from ingestion.running.unannounced.search import Scope
from tests.ingestion.helpers import HEADER, Tasks, put, put_empty, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def found(**scope):
    return [stored.key for stored in search.files(Scope(**scope))]


def test_files_without_an_import_are_found_below_a_prefix():
    for key in ("in/b.csv", "in/a+b ü.csv.gz", "out/c.csv"):
        put(HEADER, key=key)
    assert found(prefix="in/") == ["in/a+b ü.csv.gz", "in/b.csv"]
    assert len(found()) == 3


def test_what_is_no_file_to_import_is_not_found():
    for key in ("notes.txt", "_sluice/a.csv"):
        put(HEADER, key=key)
    assert found() == []


def test_a_file_with_an_import_is_not_found_whatever_became_of_it():
    run(HEADER, key="empty.csv")
    assert Import.objects.get().state == "failed"
    assert found() == []


def test_the_newest_version_counts():
    run(HEADER, key="a.csv")
    stored = put("another", key="a.csv")
    (again,) = search.files(Scope())
    assert again == stored
    s3_client().delete_object(Bucket=configured.DATA_BUCKET, Key="a.csv")
    assert found() == []


def test_a_found_object_is_the_one_that_its_event_names():
    stored = put(HEADER, key="a.csv")
    (again,) = search.files(Scope())
    assert again.identity == stored.identity == lifecycle.start(stored, Tasks()).identity
    assert found() == []


def test_a_bucket_without_versions_is_searched_by_etag(aws, settings):
    settings.DATA_BUCKET = "without-versions"
    s3_client().create_bucket(Bucket="without-versions")
    stored = put(HEADER, key="a.csv")
    (again,) = search.files(Scope())
    assert (again.version_id, again.identity) == ("", stored.etag)
    lifecycle.start(again, Tasks())
    assert found() == []


def test_times_bound_the_search():
    put(HEADER, key="a.csv")
    now = timezone.now()
    hour = timedelta(hours=1)
    assert found(since=now - hour, until=now + hour) == ["a.csv"]
    assert found(since=now + hour) == []
    assert found(until=now - hour) == []


def test_a_listing_goes_on_where_its_page_ended():
    for number in range(3):
        for _ in range(3):
            put(HEADER, key=f"{number}.csv")
    place: s3.Place | None = s3.BEGINNING
    keys, pages = [], 0
    while place is not None:
        listing = s3.list_objects(configured.DATA_BUCKET, "", place, page_size=2)
        keys += [stored.key for stored, _ in listing.objects]
        place, pages = listing.next, pages + 1
    assert keys == ["0.csv", "1.csv", "2.csv"]
    assert pages == 5


def test_a_page_costs_few_statements_however_many_files_it_names(django_assert_max_num_queries):
    put_empty(f"{number:04}.csv" for number in range(1001))
    with django_assert_max_num_queries(8):
        assert len(found()) == 1001
