"""Files of columns: which are built when, and whether they have what the table has."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from columns import building, files, tasks, turns
from columns.checking import compare_day
from columns.engine import engine
from columns.models import Builder, ColumnFile
from common.aws import s3
from common.aws.clients import dynamodb_client, s3_client
from common.deadline import Deadline
from ingestion.aws.object_keys import OWN_PREFIX, is_importable
from messages_app.kinds import making
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Origin, build_record
from messages_app.store import day_index
from messages_app.store.items import item_of
from messages_app.store.noted import open_writes
from tests.messages_app.columns.quiet import let_time_pass
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record
from tests.messages_app.retention.days import keep, record_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

DATE = "2019-05-28"


def store(count=3):
    rows = [
        record(MOMENT + n, local_avg=Decimal(n) / 7, origin=Origin("an-import", n))
        for n in range(count)
    ]
    BUILTIN.repository.insert_many(rows, "keep", Deadline(9))
    let_time_pass()
    return rows


def build(kind=BUILTIN, date=DATE):
    return building.build(kind, date, Deadline(30))


def state(kind="messages", date=DATE):
    [one] = files.states(kind, date, date)
    return one


def keys():
    return s3.keys(settings.DATA_BUCKET, files.PREFIX)


def test_a_file_has_the_records_of_its_day():
    store()
    assert build()
    [key] = keys()
    assert key == files.key_of("messages", DATE, state().file.name)
    assert state().is_current
    assert (state().file.records, compare_day(BUILTIN, state()).equal) == (3, 3)


def test_a_file_is_not_taken_for_one_to_import():
    assert files.PREFIX.startswith(OWN_PREFIX)
    assert not is_importable(f"{files.PREFIX}messages/{DATE}/a.csv")


def test_a_write_leaves_the_file_outdated_until_it_is_built_again():
    first, *_ = store()
    build()
    [before] = keys()
    BUILTIN.repository.update(first, {"local_avg": Decimal(9)})
    assert not state().is_current
    assert compare_day(BUILTIN, state()).different == 1
    let_time_pass()
    build()
    assert state().is_current
    assert compare_day(BUILTIN, state()).is_equal
    assert before not in keys()
    assert len(keys()) == 1


def test_a_write_while_a_day_is_built_leaves_it_outdated():
    """The builder has read the mark, and the records too."""
    first, *_ = store()
    day = files.day_now("messages", DATE)
    BUILTIN.repository.delete(first)
    files.keep(day, "a", 3, 100)
    assert not state().is_current


def test_a_day_that_was_read_during_a_write_is_not_taken_for_what_the_table_has():
    """The write has set its mark before the builder looked, and goes on behind it."""
    with open_writes.noted([DATE]):
        day_index.register([DATE])
        build()
        assert not state().is_current
        assert files.due_kinds() == set()
    assert not state().is_current
    build()
    assert state().is_current


def test_a_write_whose_end_is_not_known_counts_for_as_long_as_it_may_last():
    open_writes.begin([DATE])
    day_index.register([DATE, "2019-05-29"])
    build()
    assert not state().is_current
    let_time_pass()
    build()
    assert state().is_current


def test_a_day_that_is_written_all_the_time_is_built_now_and_then():
    rows = store()
    build()
    BUILTIN.repository.delete(rows[0])
    assert files.due_kinds() == set()
    ColumnFile.objects.update(read_at=F("read_at") - timedelta(minutes=20))
    assert list(files.due("messages")) == [DATE]


def test_of_two_builders_the_one_that_read_later_stays():
    first, *_ = store()
    early = files.day_now("messages", DATE)
    BUILTIN.repository.delete(first)
    let_time_pass()
    build()
    name = state().file.name
    s3.put(settings.DATA_BUCKET, files.key_of("messages", DATE, "late"), b"", "")
    assert not files.keep(early, "late", 3, 100)
    assert state().file.name == name
    assert len(keys()) == 1


def test_a_file_that_a_killed_builder_left_goes_when_it_is_old(settings):
    store()
    s3.put(settings.DATA_BUCKET, files.key_of("messages", DATE, "left"), b"", "")
    build()
    assert len(keys()) == 2
    settings.VISIBILITY_SECONDS = -5
    build()
    assert len(keys()) == 1


def test_all_that_makes_a_record_is_in_its_row():
    kind = climate.make()
    values = {"at": Decimal("1559037600.1234567"), "sensor": "ü\"'\\\n", "temperature": Decimal(1)}
    odd = build_record(kind.schema, values | {"humidity": Decimal("0.1")})
    kind.repository.insert(odd)
    let_time_pass()
    build(kind)
    assert compare_day(kind, state("climate")).equal == 1


def test_a_field_that_the_kind_has_since_is_no_difference():
    kind = climate.make()
    values = {"at": Decimal(1559037600), "sensor": "a", "temperature": Decimal(1)}
    kind.repository.insert(build_record(kind.schema, values | {"humidity": Decimal(40)}))
    let_time_pass()
    build(kind)
    fields = [*climate.FIELDS, {"name": "note", "type": "text", "required": False}]
    newer = making.change(kind, {"fields": fields}, climate.somebody())
    assert compare_day(newer, state("climate")).is_equal


def test_a_day_is_due_when_it_changed_and_is_quiet():
    rows = store()
    assert files.due_kinds() == {"messages"}
    build()
    assert files.due_kinds() == set()
    BUILTIN.repository.delete(rows[0])
    assert files.due_kinds() == set()
    let_time_pass()
    assert list(files.due("messages")) == [DATE]


def test_a_day_without_records_has_a_file_too():
    [only] = store(1)
    BUILTIN.repository.delete(only)
    let_time_pass()
    build()
    assert (state().is_current, state().file.records) == (True, 0)
    assert compare_day(BUILTIN, state()).is_equal


def test_expired_days_are_not_built():
    BUILTIN.repository.insert(record_of(40))
    keep(30)
    let_time_pass()
    assert files.due_kinds() == set()
    assert not build(date=record_of(40).date)


def test_files_of_days_that_are_gone_are_deleted():
    store()
    build()
    day_index.replace({})
    assert files.due_kinds() == {"messages"}
    tasks.build("messages")
    assert keys() == []
    assert not ColumnFile.objects.exists()


def test_a_day_that_is_too_large_for_a_task_is_left_alone_until_it_changes():
    rows = store()
    building.build_or_give_up(BUILTIN, DATE, Deadline(-1))
    assert (state().file, state().is_current) == (None, False)
    assert files.due_kinds() == set()
    BUILTIN.repository.delete(rows[0])
    let_time_pass()
    assert files.due_kinds() == {"messages"}


def test_a_turn_has_a_worker_build_what_is_due_once():
    store()
    turns.take_turn()
    turns.take_turn()
    assert Builder.objects.filter(asked_until__isnull=False).count() == 1
    tasks.build("messages")
    assert state().is_current
    assert Builder.objects.filter(asked_until=None).count() == 1


def test_what_a_task_of_a_deleted_kind_finds_is_nothing():
    tasks.build("nothing")
    assert keys() == []


def command(*arguments):
    told = StringIO()
    call_command("columns", *arguments, stdout=told)
    return told.getvalue()


def test_the_command_builds_and_compares():
    store()
    assert "1 days of messages built" in command("--rebuild", "messages")
    assert command("--check", "messages").endswith("0 not built or changed since, none wrong\n")
    assert "0 days" in command("--check", "messages", "--date", "2020-01-01")


def test_the_command_replaces_the_files_that_there_are():
    store()
    command("--rebuild", "messages")
    before = keys()
    command("--rebuild", "messages")
    assert len(keys()) == 1
    assert keys() != before


def test_the_command_finds_a_file_that_is_wrong():
    """Records that were changed behind Sluice's back."""
    rows = store()
    command("--rebuild", "messages")
    key = {"date": {"S": DATE}, "time": {"S": rows[0].time}}
    dynamodb_client().delete_item(TableName=settings.MESSAGES_TABLE, Key=key)
    with pytest.raises(CommandError, match="1 wrong"):
        command("--check", "messages")


def test_an_unknown_kind_is_told():
    with pytest.raises(CommandError, match="there is no kind"):
        command("--check", "nothing")


def test_a_lost_file_is_not_compared():
    store()
    build()
    [key] = keys()
    s3_client().delete_object(Bucket=settings.DATA_BUCKET, Key=key)
    assert compare_day(BUILTIN, state()) is None


class Told:
    """A kind whose days are read from memory; ``read`` has the date of each record, in the order
    in which they were asked for."""

    name, schema = "messages", BUILTIN.schema

    def __init__(self, days):
        self.repository, self.days, self.read, self.closed = self, days, [], []

    def items(self, query):
        try:
            for item in self.days[query.date]:
                self.read.append(query.date)
                yield item
        finally:
            self.closed.append(query.date)


def told(counts):
    rows = {
        f"2019-05-{day}": [
            item_of(record(MOMENT + 86_400 * (day - 28) + n), BUILTIN.schema) for n in range(count)
        ]
        for day, count in counts.items()
    }
    return Told(rows), [files.DayNow("messages", date, 1, timezone.now(), True) for date in rows]


def test_days_are_read_side_by_side(tmp_path):
    kind, days = told({24: 2_500, 25: 10, 26: 0, 27: 1_500, 28: 2_500})
    found = list(building.write_files(kind, days, tmp_path, Deadline(30)))
    assert {day.date[-2:]: count for day, _, count in found} == {
        "24": 2_500,
        "25": 10,
        "26": 0,
        "27": 1_500,
        "28": 2_500,
    }
    with engine(tmp_path, 30) as duckdb:
        for day, path, count in found:
            rows = duckdb.rows(f"SELECT _date, count(*) FROM '{path}' GROUP BY 1")  # noqa: S608
            assert rows == ([(day.date, count)] if count else [])
    first = kind.read.index("2019-05-27")
    assert kind.read.count("2019-05-24") > kind.read[:first].count("2019-05-24")
    assert kind.read.index("2019-05-28") > max(
        place for place, date in enumerate(kind.read) if date == "2019-05-25"
    )


def test_what_was_read_of_days_by_then_is_left_when_time_is_up(tmp_path):
    kind, days = told({27: 2_500, 28: 2_500})
    clock = iter(range(100))
    deadline = Deadline(3, lambda: next(clock))
    with pytest.raises(building.OutOfTime, match="2019-05-2"):
        list(building.write_files(kind, days, tmp_path, deadline))
    assert sorted(kind.closed) == ["2019-05-27", "2019-05-28"]
