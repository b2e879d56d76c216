"""Imports that were taken back and then deleted: those that had replaced their records know it."""

import itertools

import pytest

from common.aws import s3
from common.aws.clients import s3_client
from ingestion.aws.object_keys import aside_prefix
from ingestion.models import DeletedImport
from ingestion.running.ended import deletion
from messages_app.models import Day
from tests.ingestion.helpers import DATE, HEADER, line, records, run, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture(autouse=True)
def small_chunks(settings):
    settings.CHUNK_BYTES = 200


def newer(count, value):
    return HEADER + "".join(line(value + number, second=number) for number in range(count))


def contents():
    return [(one.key, one.values, one.origin) for one in records()]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_chain_of_which_each_is_deleted_behind_its_taking_back_ends_right(order):
    run(newer(3, value=80))
    before = contents()
    imports = [
        run(newer(5, value=10 * (number + 1)), key=f"{number}.csv", on_conflict="replace")
        for number in range(3)
    ]
    for number in order:
        take_back(imports[number])
        assert deletion.delete(imports[number])
    assert contents() == before
    assert Day.objects.get(date=DATE).count == 3


def test_of_one_that_was_not_taken_back_the_records_come_again():
    first = run(newer(3, value=10), key="first.csv")
    there = contents()
    second = run(newer(3, value=20), key="second.csv", on_conflict="replace")
    assert deletion.delete(first)
    assert take_back(second) == {"restored": 3}
    assert contents() == there


def test_what_it_had_replaced_is_left_to_the_lifecycle_of_the_bucket():
    run(newer(3, value=80))
    ended = [
        run(newer(3, value=value), key=f"{value}.csv", on_conflict="replace") for value in (10, 20)
    ]
    take_back(ended[0])
    keys = [aside_prefix(str(import_.pk)) for import_ in ended]
    for import_ in ended:
        assert deletion.delete(import_)
    deletion.sweep()
    assert [bool(s3.keys(ended[0].bucket, key)) for key in keys] == [True, False]
    assert [one.taken_back is None for one in DeletedImport.objects.order_by("key")] == [
        False,
        True,
    ]


def test_without_its_copies_nothing_else_comes_in_their_place():
    run(newer(3, value=80))
    first = run(newer(3, value=10), key="first.csv", on_conflict="replace")
    second = run(newer(3, value=20), key="second.csv", on_conflict="replace")
    take_back(first)
    assert deletion.delete(first)
    for key in s3.keys(first.bucket, aside_prefix(str(first.pk))):  # they expire
        s3_client().delete_object(Bucket=first.bucket, Key=key)
    assert take_back(second) == {"edited": 3}
    assert [one.values["local_avg"] for one in records()] == [20, 21, 22]
