"""Records that are kept for some days: how they are marked, hidden, and deleted."""

import time
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import Expired
from messages_app.editing import Editor
from messages_app.kinds.expiring import turns
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day, Retention
from messages_app.presentation import calendar
from messages_app.schema.record import build_record
from messages_app.store import day_index
from messages_app.store.expiring import table as expiring_table
from messages_app.store.partitions.partitioning import Partitioning
from messages_app.store.partitions.spread import write_down
from messages_app.store.query import Query
from tests.messages_app.kinds import climate
from tests.messages_app.retention.days import DAY, ago, finish, keep, record_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def items():
    """The raw items by date and time."""
    found = dynamodb_client().scan(TableName=settings.MESSAGES_TABLE)["Items"]
    return {(item["date"]["S"], item["time"]["S"]): item for item in found}


def marks():
    """When each item expires, in days behind the beginning of its own date."""
    found = {}
    for (day, at_time), item in items().items():
        at = item.get("_expires")
        found[day, at_time] = None if at is None else (int(at["N"]) - midnight_of(day)) / DAY
    return found


def midnight_of(day):
    return int(datetime.fromisoformat(f"{day}T00:00:00Z").timestamp())


def insert(*records):
    repository = BUILTIN.repository
    placed = repository.insert_many(list(records), "keep", Deadline(10))
    day_index.add(dict.fromkeys((one.key[0] for one in placed), 0))
    for one in placed:
        day_index.add({one.key[0]: 1})
    return [one.outcome for one in placed]


def expiry_of_table():
    answer = dynamodb_client().describe_time_to_live(TableName=settings.MESSAGES_TABLE)
    return answer["TimeToLiveDescription"]["TimeToLiveStatus"]


def test_without_a_setting_an_item_has_no_mark_and_the_table_no_expiry(aws):
    insert(record_of(3))
    BUILTIN.repository.insert(record_of(4))

    assert set(marks().values()) == {None}
    assert expiry_of_table() == "DISABLED"


def test_records_expire_at_the_end_of_their_own_day_so_many_days_later(aws):
    keep(30)
    insert(record_of(3), record_of(3, second=86_399))
    BUILTIN.repository.insert(record_of(4))

    assert set(marks().values()) == {31}
    assert expiry_of_table() in ("ENABLED", "ENABLING")


def test_a_record_that_replaces_another_has_the_mark_too(aws):
    insert(record_of(3))
    keep(30)
    other = record_of(3)
    other.values["local_avg"] = Decimal(77)

    [placed] = BUILTIN.repository.insert_many([other], "replace", Deadline(10))

    assert placed.outcome == "replaced"
    assert set(marks().values()) == {31}


def test_the_mark_is_no_part_of_a_records_content(aws):
    before = record_of(3)
    insert(before)
    keep(30)
    finish()

    stored = BUILTIN.repository.get(*before.key)

    assert set(marks().values()) == {31}
    assert (stored, stored.digest()) == (before, before.digest())
    assert insert(record_of(3)) == ["unchanged"]


def test_what_has_expired_is_not_shown_in_any_way(aws):
    insert(record_of(8), record_of(7), record_of(1))
    old, kept = record_of(8), record_of(7)
    keep(7)
    repository = BUILTIN.repository

    assert repository.get(*old.key) is None
    assert repository.lookup(old.date, "10") == []
    assert repository.page(Query(old.date), 10).records == []
    assert [one.date for one in repository.page(Query(), 10).records] == [ago(7), ago(1)]
    assert {one.date for one in repository.all(Query())} == {ago(7), ago(1)}
    assert {one.date for one in repository.scan()[0]} == {ago(7), ago(1)}
    assert repository.get(*kept.key) == kept
    around = date.fromisoformat(ago(8))
    shown = calendar.strip("messages", around, None, str)
    counts = {cell.day.isoformat(): cell.count for week in shown.weeks for cell in week}
    assert (counts[ago(8)], counts[ago(7)]) == (0, 1)
    assert list(day_index.between("", "", newest_first=False)) == [ago(7), ago(1)]


def test_the_records_of_other_kinds_stay(aws):
    made = climate.make()
    values = {"at": Decimal(1559037600), "sensor": "device-7", "temperature": Decimal(1)}
    made.repository.insert(build_record(made.schema, values | {"humidity": Decimal(40)}))
    keep(1)

    assert len(made.repository.page(Query(climate.DATE), 10).records) == 1


def test_expired_days_are_deleted_with_their_line_of_the_register(aws):
    insert(*(record_of(9, second) for second in range(60)), record_of(8), record_of(7))
    keep(7)

    finish()

    assert {day for day, _ in items()} == {ago(7)}
    assert dict(Day.objects.values_list("date", "count")) == {ago(7): 1}


def test_a_changed_retention_goes_for_the_records_that_are_there(aws):
    insert(record_of(3), record_of(2))
    for days, mark in ((30, 31), (10, 11), (None, None)):
        keep(days)
        finish()
        assert set(marks().values()) == {mark}
    assert expiry_of_table() in ("DISABLED", "DISABLING")
    assert not Retention.objects.exists()


def test_marking_goes_on_where_it_was_stopped(aws, settings):
    insert(*(record_of(day, second) for day in (3, 2) for second in range(5)))
    keep(30)
    Retention.objects.update(due_at="2020-01-01T00:00:00Z")

    assert turns.take_turn()
    marked = [key for key, mark in marks().items() if mark]
    assert {day for day, _ in marked} == {ago(3)}

    call_command("expire", stdout=StringIO())
    assert set(marks().values()) == {31}
    assert Retention.objects.get().is_applied


def test_a_day_of_many_records_is_marked_part_by_part(aws):
    insert(*(record_of(3, second) for second in range(expiring_table._A_PART + 5)))
    keep(30)

    assert finish() >= 3
    assert set(marks().values()) == {31}


def test_days_of_several_partitions_are_marked_and_deleted_whole(aws):
    write_down("messages", Partitioning(3))
    insert(*(record_of(day, second) for day in (9, 3) for second in range(20)))
    keep(30)
    finish()
    found = dynamodb_client().scan(TableName=settings.MESSAGES_TABLE)["Items"]
    assert len({item["date"]["S"] for item in found}) == 6
    assert {item["_expires"]["N"] for item in found if item["date"]["S"].startswith(ago(3))} == {
        str(midnight_of(ago(3)) + 31 * DAY)
    }

    keep(7)
    finish()

    left = dynamodb_client().scan(TableName=settings.MESSAGES_TABLE)["Items"]
    assert {item["date"]["S"].partition("#")[0] for item in left} == {ago(3)}
    assert len(BUILTIN.repository.page(Query(ago(3)), 100).records) == 20
    assert dict(Day.objects.values_list("date", "count")) == {ago(3): 20}


def test_records_that_move_to_other_partitions_are_left_alone_until_they_have(aws):
    insert(record_of(3))
    keep(30)
    write_down("messages", Partitioning(3, before=1, switch_at=time.time()))

    assert finish() == 1
    assert set(marks().values()) == {None}
    write_down("messages", Partitioning(1))
    finish()
    assert set(marks().values()) == {31}


def test_a_change_while_the_turn_is_taken_is_not_forgotten(aws):
    insert(record_of(3))
    keep(30)
    row = Retention.objects.get()
    turns._take(row, row.due_at)
    keep(20)
    turns._put_back(row, has_more=False)

    assert Retention.objects.get().days == 20
    finish()
    assert set(marks().values()) == {21}


def test_the_command_deletes_and_says_so(aws):
    insert(record_of(9), record_of(1))
    keep(7)
    output = StringIO()

    call_command("expire", stdout=output)
    call_command("expire", stdout=StringIO())

    assert output.getvalue() == "messages: kept for 7 days; nothing is left to do\n"
    assert {day for day, _ in items()} == {ago(1)}


def test_a_new_record_that_has_expired_already_is_refused(aws):
    keep(7)
    with pytest.raises(Expired, match="older than the 7 days for which records of messages"):
        Editor(BUILTIN.repository, climate.somebody()).insert(record_of(8))
    assert items() == {}
    assert Editor(BUILTIN.repository, climate.somebody()).insert(record_of(7))


def test_provision_switches_the_expiry_on_again(aws):
    keep(7)
    dynamodb_client().update_time_to_live(
        TableName=settings.MESSAGES_TABLE,
        TimeToLiveSpecification={"Enabled": False, "AttributeName": "_expires"},
    )
    output = StringIO()

    call_command("provision", stdout=output)

    assert "expiry of table sluice-messages: created" in output.getvalue()
    assert expiry_of_table() in ("ENABLED", "ENABLING")
