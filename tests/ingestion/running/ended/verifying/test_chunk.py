"""What is found of a chunk's rows, and of a receipt that counts otherwise."""

from datetime import UTC, datetime

import pytest

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.running.ended.verifying.chunk import verify
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import QueueOrigin
from messages_app.store.expiring import retention
from tests.ingestion.helpers import DATE, HEADER, Tasks, line, lines, lose, records, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def found(import_):
    [chunk] = import_.chunks.all()
    return verify(import_, chunk, BUILTIN.repository, Deadline(30))


def codes(import_):
    return [one["code"] for one in found(import_).lines]


def test_rows_that_were_rejected_and_those_that_have_expired_are_not_looked_for():
    rows = line(1) + line(2, second=1) + "wrong\n" + line(3, -86_400)
    import_ = run(HEADER + rows, on_conflict="reject")
    days = (datetime.now(UTC).date() - datetime.fromisoformat(DATE).date()).days
    retention.known.hold({"messages": days})
    assert +found(import_).counts == {"read": 4, "rejected": 2, "expired": 1, "stands": 1}


def test_a_receipt_that_counts_more_or_less_than_the_file_has_is_miscounted():
    import_ = run(HEADER + lines(3) + "wrong\n")
    import_.chunks.update(read=9, rejected=3)
    assert found(import_).counts["miscounted"] == 5 + 2


def test_a_record_beside_another_one_is_gone_without_it():
    run(HEADER + line(1), key="other.csv")
    import_ = run(HEADER + line(2, second=1))
    lose([records()[1]])
    assert codes(import_) == ["gone"]


def test_another_import_that_took_the_key_of_a_lost_record_is_told():
    import_ = run(HEADER + line(1))
    lose(records())
    other = run(HEADER + line(2, second=1), key="other.csv")
    [told] = found(import_).lines
    assert (told["code"], told["by"]) == ("different", {"import": str(other.pk), "line": 2})


@pytest.mark.parametrize("origin", [None, QueueOrigin("a-queue", "a-message")])
def test_a_record_of_no_file_in_its_place_is_told_without_an_import(origin):
    import_ = run(HEADER + line(1))
    [record] = records()
    lose([record])
    record.origin = origin
    record.values["location"] = "elsewhere"
    BUILTIN.repository.insert(record)
    [told] = found(import_).lines
    assert (told["code"], told["by"]) == ("different", None)


@pytest.mark.parametrize(("is_older_first", "told"), [(True, "replaced"), (False, "outdated")])
def test_a_newer_version_of_the_file_differs_where_it_came_after_the_receipt(is_older_first, told):
    tasks = {}
    for sequencer, avg in (("0a", 1), ("0b", 2)):
        tasks[sequencer] = Tasks()
        one = start(HEADER + line(avg, second=0), tasks[sequencer], on_conflict="replace")
        Import.objects.filter(pk=one.pk).update(sequencer=sequencer)
    for sequencer in sorted(tasks, reverse=not is_older_first):
        tasks[sequencer].run()
    older = Import.objects.get(sequencer="0a")
    counts = +found(older).counts
    assert counts == {"read": 1, told: 1}
