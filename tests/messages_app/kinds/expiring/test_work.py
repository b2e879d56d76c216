"""What is left to be done for a retention, turn by turn. Of the table there is nothing to be
marked or deleted but what it says itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import timezone

from common.aws.clients import dynamodb_client
from common.errors import ServiceError
from messages_app.kinds.expiring import turns, work
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day, OpenWrite, Retention
from messages_app.store import day_index
from messages_app.store.expiring.moments import first_kept
from messages_app.store.items import item_of
from messages_app.store.partitions.partitioning import Partitioning
from messages_app.store.partitions.spread import write_down
from tests.messages_app.retention.days import ago, record_of

pytestmark = pytest.mark.django_db


def row_of(days: int | None = 30, **more: Any) -> Retention:
    values = {"kind": "messages", "days": days, "due_at": timezone.now(), **more}
    return Retention.objects.create(**values)


def partitions(row: Retention) -> list[str]:
    """One after the other, as they are marked."""
    found = []
    for _ in range(20):  # a fault that leads round and round ends too
        row.after_partition = work._next_partition(row)
        if not row.after_partition:
            break
        found.append(row.after_partition)
    return found


def test_days_are_marked_from_the_oldest_that_is_kept_to_the_newest() -> None:
    day_index.register([ago(31), ago(30), ago(2)])
    day_index.register([ago(1)], "climate")
    assert partitions(row_of(30)) == [ago(30), ago(2)]
    assert partitions(Retention(kind="messages", days=None)) == [ago(31), ago(30), ago(2)]


def test_each_partition_of_a_day_is_marked() -> None:
    write_down("messages", Partitioning(3))
    day_index.register([ago(3), ago(2)])
    assert partitions(row_of()) == [f"{ago(day)}#{number}" for day in (3, 2) for number in range(3)]


def test_a_day_that_was_spread_otherwise_since_is_done_anew() -> None:
    day_index.register([ago(3), ago(2)])
    write_down("messages", Partitioning(2))
    row = row_of(after_partition=ago(3))
    assert partitions(row) == [f"{ago(day)}#{number}" for day in (3, 2) for number in range(2)]


def test_while_records_move_nothing_is_marked() -> None:
    write_down("messages", Partitioning(2, before=1))
    with pytest.raises(ServiceError, match="that has to end first") as caught:
        work.do_some(row_of())
    assert not caught.value.permanent


def test_where_no_day_is_left_all_are_marked_as_changed_and_it_is_applied() -> None:
    day_index.register([ago(40)])
    before = Day.objects.get().mark
    row = row_of()
    assert work.do_some(row)
    assert row.is_applied
    assert Day.objects.get().mark != before
    assert work.progress_of(row) == {"after_partition": "", "after_time": "", "is_applied": True}


def test_for_ever_there_is_nothing_to_delete() -> None:
    day_index.register([ago(4000)])
    assert not work.do_some(row_of(None, is_applied=True))


@pytest.mark.usefixtures("aws")
def test_a_day_goes_with_its_last_record_once_it_has_expired() -> None:
    one = record_of(31)
    client = dynamodb_client()
    client.put_item(TableName=configured.MESSAGES_TABLE, Item=item_of(one, BUILTIN.schema))
    day_index.register([ago(31), ago(30)])
    row = row_of(is_applied=True)
    assert [work.do_some(row) for _ in range(3)] == [True, True, False]
    assert [day.date for day in Day.objects.all()] == [ago(30)]
    assert ago(30) == first_kept(30)
    assert not BUILTIN.repository.scan()[0]
    assert OpenWrite.objects.filter(first_date=ago(31), last_date=ago(31)).exists()


def item_at(second: int) -> Any:
    item = item_of(record_of(3, second), BUILTIN.schema)
    dynamodb_client().put_item(TableName=configured.MESSAGES_TABLE, Item=item)
    return lambda: dynamodb_client().get_item(
        TableName=configured.MESSAGES_TABLE, Key={name: item[name] for name in ("date", "time")}
    )["Item"]


@pytest.mark.usefixtures("aws")
def test_marking_goes_on_behind_the_time_where_it_stopped() -> None:
    first, second = item_at(36_000), item_at(36_001)
    day_index.register([ago(3)])
    row = row_of(after_partition=ago(3), after_time="10:00:00")
    assert work.do_some(row)
    assert ("_expires" in first(), "_expires" in second()) == (False, True)
    assert (row.after_partition, row.after_time, row.is_applied) == (ago(3), "", False)
    assert work.do_some(row)
    assert row.is_applied


@pytest.mark.usefixtures("aws")
def test_marking_begins_with_the_first_day() -> None:
    item = item_at(36_000)
    day_index.register([ago(3)])
    row = row_of()
    work.do_some(row)
    assert ("_expires" in item(), row.after_partition, row.is_applied) == (True, ago(3), False)


def test_dynamodb_has_some_days_to_delete_by_itself(settings: Any) -> None:
    settings.AWS_ENDPOINT_URL = settings.AWS_ENDPOINT_URL_DYNAMODB = None
    day_index.register([ago(33)])
    assert not work.do_some(row_of(is_applied=True))


def test_a_turn_is_taken_by_one_and_the_row_that_is_due_first_comes_first() -> None:
    now = timezone.now()
    first = row_of(None, due_at=now - timedelta(hours=1), is_applied=True)
    other = row_of(None, kind="climate", due_at=now - timedelta(minutes=1), is_applied=True)
    assert turns.take_turn()
    assert list(Retention.objects.all()) == [other]
    assert not turns._take(first, now)
    assert turns.take_turn()
    assert not turns.take_turn()


def test_what_is_not_due_is_left() -> None:
    row_of(due_at=timezone.now() + timedelta(minutes=1))
    assert not turns.take_turn()


def test_a_turn_that_fails_is_due_again_later(settings: Any) -> None:
    write_down("messages", Partitioning(2, before=1))
    row_of()
    assert turns.take_turn()
    left = (Retention.objects.get().due_at - timezone.now()).total_seconds()
    assert settings.VISIBILITY_SECONDS - 30 < left <= settings.VISIBILITY_SECONDS


@pytest.mark.parametrize(("is_applied", "seconds"), [(False, 0), (True, 3600)])
def test_the_next_turn_comes_at_once_where_more_is_left_and_else_in_an_hour(
    is_applied: bool, seconds: int
) -> None:
    row_of(is_applied=is_applied)
    assert turns.take_turn()
    row = Retention.objects.get()
    left = (row.due_at - timezone.now()).total_seconds()
    assert seconds - 30 < left <= seconds
    assert row.is_applied
