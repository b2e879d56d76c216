"""What an import replaces is kept in the bucket before it is overwritten."""

import pytest
from django.conf import settings as configured

from common.aws import s3
from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.aws.object_keys import aside_prefix
from ingestion.models import Import
from ingestion.running.ended import deletion
from ingestion.running.write import write
from ingestion.running.writing.kept_aside import KeptAside
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from tests.ingestion.helpers import FIRST_SECOND, HEADER, Tasks, line, lines, records, run, start
from tests.messages_app.records import record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def kept(import_):
    """The items that are kept aside, those that are kept twice twice."""
    chunks = import_.chunks.order_by("number")
    return [item for chunk in chunks for item in KeptAside(import_, chunk.first_line).items()]


def averages_of(items):
    return sorted(int(item["local_avg"]["N"]) for item in items)


def origins_of(items):
    return {item["origin"]["M"]["import"]["S"] for item in items}


def all_items():
    return dynamodb_client().scan(TableName=configured.MESSAGES_TABLE)["Items"]


def newer(count, value=10):
    return HEADER + "".join(line(value + number, second=number) for number in range(count))


@pytest.mark.parametrize("chunk_bytes", [64, 4096])
def test_what_an_import_replaces_is_kept_as_it_was(settings, chunk_bytes):
    settings.CHUNK_BYTES = chunk_bytes
    run(HEADER + lines(3))
    before = {item["time"]["S"]: item for item in all_items()}
    import_ = run(newer(4), key="newer.csv", on_conflict="replace")
    assert {item["time"]["S"]: item for item in kept(import_)} == before
    by_line = {one.origin.line: one.origin.aside_line for one in records()}
    assert by_line == {2: 2, 3: 3, 4: 4, 5: 0}


def test_nothing_is_kept_where_nothing_is_replaced():
    run(HEADER + lines(3))
    assert kept(run(newer(3), key="beside.csv", on_conflict="keep")) == []
    assert kept(run(newer(3, value=20), key="refused.csv", on_conflict="reject")) == []


def test_of_the_rows_of_one_file_with_a_key_only_what_was_there_before_is_kept(settings):
    settings.CHUNK_BYTES = 64
    first = run(HEADER + line(1))
    text = HEADER + line(2, second=1) + line(3, second=1) + line(4, second=2) + line(5, second=2)
    import_ = run(text, key="newer.csv", on_conflict="replace")
    assert averages_of(kept(import_)) == [1]
    assert origins_of(kept(import_)) == {str(first.pk)}
    assert [one.origin.aside_line for one in records()] == [2, 0]


class DiesAfterWriting:
    """A repository whose process ends when the rows are written and before they are counted."""

    schema = MESSAGE

    def insert_in_parts(self, records, on_conflict, deadline, keep_aside=None):
        repository = BUILTIN.repository
        list(repository.insert_in_parts(records, on_conflict, deadline, keep_aside))
        raise ServiceError("the process ended", "Killed", permanent=False)


def test_a_chunk_that_is_run_again_keeps_nothing_of_its_own_and_loses_nothing():
    run(HEADER + lines(3))
    tasks = Tasks()
    import_ = start(newer(3), tasks, key="newer.csv", on_conflict="replace")
    tasks.run_one()
    chunk, again = import_.chunks.get(), Import.objects.get(pk=import_.pk)
    with pytest.raises(ServiceError):
        write(again, chunk, DiesAfterWriting(), tasks, Deadline(30))
    tasks.run()
    assert averages_of(kept(import_)) == [0, 1, 2]
    assert str(import_.pk) not in origins_of(kept(import_))


class DiesBeforeWriting:
    """A repository whose process ends when all is kept, and nothing is replaced."""

    schema = MESSAGE

    def insert_in_parts(self, records, on_conflict, deadline, keep_aside=None):
        keep_aside(all_items())
        raise ServiceError("the process ended", "Killed", permanent=False)


def test_what_is_changed_between_two_runs_is_kept_beside_what_was_there_before():
    run(HEADER + lines(1))
    tasks = Tasks()
    import_ = start(newer(1), tasks, key="newer.csv", on_conflict="replace")
    tasks.run_one()
    chunk, again = import_.chunks.get(), Import.objects.get(pk=import_.pk)
    with pytest.raises(ServiceError):
        write(again, chunk, DiesBeforeWriting(), tasks, Deadline(30))
    [record] = records()
    BUILTIN.repository.update(record, {"location": "elsewhere"})
    tasks.run()
    assert sorted(one["location"]["S"] for one in kept(import_)) == ["elsewhere", "location-03"]


def refuse(items):
    raise ServiceError("the bucket does not answer", "SlowDown", permanent=False)


def test_what_cannot_be_kept_is_not_replaced():
    run(HEADER + lines(2))
    rows = [record(FIRST_SECOND + second, origin=Origin("newer", second)) for second in range(2)]
    parts = BUILTIN.repository.insert_in_parts(rows, "replace", Deadline(10), refuse)
    with pytest.raises(ServiceError, match="the bucket does not answer"):
        list(parts)
    assert averages_of(all_items()) == [0, 1]


def test_what_is_kept_is_deleted_with_the_import():
    run(HEADER + lines(2))
    import_ = run(newer(2), key="newer.csv", on_conflict="replace")
    prefix = aside_prefix(str(import_.pk))
    assert len(s3.keys(import_.bucket, prefix)) == 1
    assert deletion.delete(import_)
    assert s3.keys(import_.bucket, prefix) == []
