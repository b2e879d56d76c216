"""Versions of one object: rows of an older one never replace those of a newer one."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from django.conf import settings as configured

from common.aws import s3
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.models import Import, State
from ingestion.running import lifecycle
from ingestion.running.recovery import recover
from ingestion.running.s3_events import created_objects
from ingestion.running.write import write
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.helpers import HEADER, Tasks, counts, line, put, records

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

# Both have the seconds 2 to 5. Each row has the version and the second as its average.
OLD, NEW = range(6), range(2, 8)
TABLE = {**{second: 100 + second for second in OLD}, **{second: 200 + second for second in NEW}}


@pytest.fixture(autouse=True)
def a_chunk_a_row(settings):
    settings.CHUNK_BYTES = 64


def text(version, seconds):
    return HEADER + "".join(line(100 * version + one, second=one) for one in seconds)


def put_versions(*texts, key="file.csv", on_conflict="replace"):
    """Put the texts as versions of one object, one after the other; what their events say."""
    metadata = {"on-conflict": on_conflict}
    versions = [put(one, key, **metadata).version_id for one in texts]
    url = sqs.queue_url(configured.BUCKET_EVENTS_QUEUE)
    events: dict[str, s3.StoredObject] = {}
    while len(events) < len(texts):
        events |= {
            stored.version_id: stored
            for delivery in sqs.receive(url, 1)
            for stored in created_objects(delivery.body)
        }
    return [events[one] for one in versions]


@pytest.fixture
def events():
    return put_versions(text(1, OLD), text(2, NEW))


def planned(stored):
    """An import, and the tasks of its chunks, each of one row."""
    tasks = Tasks()
    import_ = lifecycle.start(stored, tasks)
    tasks.run_one()
    return import_, tasks


def table():
    """The averages of the records, by second."""
    return {int(str(one.values["timestamp"])) % 100: average(one) for one in records()}


def average(record):
    return int(str(record.values["local_avg"]))


def assert_all_accounted_for(*imports):
    for import_ in imports:
        import_.refresh_from_db()
        assert import_.state == State.DONE
        assert import_.receipt.adds_up
    assert sum(day.count for day in Day.objects.all()) == len(records())


def test_the_events_tell_the_order(events):
    old, new = events
    assert "" < old.sequencer < new.sequencer


@pytest.mark.parametrize("turn", [1, -1], ids=["in order", "reversed"])
def test_the_newer_version_stands_whichever_is_imported_first(events, turn):
    for stored in events[::turn]:
        _, tasks = planned(stored)
        tasks.run()
    assert table() == TABLE
    old, new = (Import.objects.get(identity=stored.identity) for stored in events)
    assert_all_accounted_for(old, new)
    if turn == 1:
        assert counts(old) == {"read": 6, "written": 6}
        assert counts(new) == {"read": 6, "written": 2, "replaced": 4}
    else:
        assert counts(old) == {"read": 6, "written": 2, "outdated": 4}
        assert counts(new) == {"read": 6, "written": 6}


@pytest.mark.parametrize("seed", range(6))
def test_the_newer_version_stands_in_any_order_of_chunks_that_run_twice(events, seed):
    tasks = Tasks()
    imports = [lifecycle.start(stored, tasks) for stored in events]
    tasks.run_shuffled(random.Random(seed))
    assert table() == TABLE
    assert_all_accounted_for(*imports)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_three_versions_the_newest_stands(order):
    events = put_versions(*(text(number, range(3)) for number in (1, 2, 3)))
    imports = [planned(stored) for stored in events]
    for number in order:
        imports[number][1].run()
    assert table() == {second: 300 + second for second in range(3)}
    assert_all_accounted_for(*(import_ for import_, _ in imports))


class DiesAfterWriting:
    """A repository whose process ends when the rows are written and before they are counted."""

    schema = MESSAGE

    def insert_in_parts(self, records, on_conflict, deadline, keep_aside=None):
        BUILTIN.repository.insert_many(records, on_conflict, deadline)
        raise ServiceError("the process ended", "Killed", permanent=False)


def killed(import_, rows):
    """Of the import so many chunks are written, and by processes that die before they say so."""
    for chunk in import_.chunks.filter(number__lte=rows):
        with pytest.raises(ServiceError):
            write(
                Import.objects.get(pk=import_.pk), chunk, DiesAfterWriting(), Tasks(), Deadline(30)
            )


@pytest.mark.parametrize("rows", [3, 6])
@pytest.mark.parametrize("of_old", [True, False])
def test_the_newer_version_stands_when_one_is_killed_and_resumed_behind_the_other(
    events, of_old, rows
):
    imports = [planned(stored) for stored in events]
    dying, other = imports if of_old else reversed(imports)
    killed(dying[0], rows)
    other[1].run()
    lifecycle.resume(Import.objects.get(pk=dying[0].pk), dying[1])
    dying[1].run()
    assert table() == TABLE
    assert_all_accounted_for(dying[0], other[0])


def test_an_older_version_that_is_run_again_stays_old(events):
    old, tasks = planned(events[0])
    lifecycle.cancel(old)
    tasks.run()
    planned(events[1])[1].run()
    old.refresh_from_db()
    assert lifecycle.run_again(old, tasks)
    tasks.run()
    assert table() == TABLE
    lifecycle.import_again(old, tasks)
    tasks.run()
    assert table() == TABLE
    assert counts(old) == {"read": 6, "written": 2, "outdated": 4}


def test_a_row_that_equals_the_newer_one_is_unchanged():
    old, new = put_versions(text(1, range(2)), HEADER + line(100, second=0) + line(7, second=1))
    planned(new)[1].run()
    import_, tasks = planned(old)
    tasks.run()
    assert counts(import_) == {"read": 2, "unchanged": 1, "outdated": 1}
    assert table() == {0: 100, 1: 7}


@pytest.mark.parametrize(
    ("policy", "receipt"),
    [("keep", {"written": 2, "kept": 4}), ("reject", {"written": 2, "rejected": 4})],
)
def test_under_other_policies_nothing_is_outdated(policy, receipt):
    old, new = put_versions(text(1, OLD), text(2, NEW), on_conflict=policy)
    planned(new)[1].run()
    import_, tasks = planned(old)
    tasks.run()
    assert counts(import_) == {"read": 6, **receipt}


def test_a_newer_version_takes_the_place_of_what_an_older_one_inserted_under_another_policy():
    [old] = put_versions(text(1, OLD), on_conflict="keep")
    [new] = put_versions(text(2, NEW))
    planned(old)[1].run()
    planned(new)[1].run()
    assert table() == TABLE


def test_rows_of_another_object_are_replaced_whichever_came_first():
    [first] = put_versions(text(1, OLD))
    [second] = put_versions(text(2, NEW), key="other.csv")
    planned(second)[1].run()
    import_, tasks = planned(first)
    tasks.run()
    assert counts(import_) == {"read": 6, "written": 2, "replaced": 4}


def test_a_version_that_was_imported_without_its_event_is_known_by_its_time(events):
    time.sleep(1 - time.time() % 1)  # S3 tells whole seconds
    put(text(3, NEW), **{"on-conflict": "replace"})
    tasks = Tasks()
    assert recover(datetime(2000, 1, 1, tzinfo=UTC), tasks) == (0, 1)
    tasks.run()
    import_, tasks = planned(events[1])  # whose event comes late
    tasks.run()
    assert counts(import_) == {"read": 6, "outdated": 6}
    assert table() == {second: 300 + second for second in NEW}


def test_an_import_that_begins_without_its_event_learns_its_place_from_it(events):
    _, new = events
    begun = lifecycle.start(replace(new, sequencer=""), Tasks())
    assert begun.sequencer == ""
    assert lifecycle.start(new, Tasks()) == begun
    assert lifecycle.start(replace(new, sequencer=""), Tasks()) == begun
    begun.refresh_from_db()
    assert begun.sequencer == new.sequencer


def test_an_event_that_comes_again_late_takes_nothing_back(events):
    old, new = events
    unversioned = [replace(one, version_id="", etag="the-same") for one in (old, new, old)]
    imports = {lifecycle.start(one, Tasks()).pk for one in unversioned}
    assert [one.sequencer for one in Import.objects.filter(pk__in=imports)] == [new.sequencer]
