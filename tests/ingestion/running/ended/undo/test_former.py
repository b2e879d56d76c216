"""What a record makes room for, and which rows were found before: without a file, from what SQL and
the audit trail know."""

from collections import defaultdict
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from audit.models import AuditEntry
from ingestion.models import DeletedImport, Import
from ingestion.running.ended.undo import former
from ingestion.running.ended.undo.former import LOST, NOTHING, Former, Formers, latest_edits
from ingestion.running.ended.undo.found import Findings, Written, line_of
from messages_app.editing import target_of
from messages_app.schema.record import Origin
from tests.pages.record_pages import made

MESSAGES = SimpleNamespace(kind="messages")


def import_of(**values):
    return Import.objects.create(bucket="b", key=f"{uuid4()}.csv", identity="1", **values)


def chunk_of(import_, number, first_line, **values):
    import_.chunks.create(number=number, start=0, end=9, first_line=first_line, lines=9, **values)


def entry(record, action="changed", days_ago=0, kind="message"):
    user, _ = get_user_model().objects.get_or_create(username="ada")
    found = AuditEntry.objects.create(
        user=user,
        user_name="ada",
        channel="api",
        action=action,
        kind=kind,
        target=target_of(record),
    )
    at = timezone.now() - timedelta(days=days_ago)
    AuditEntry.objects.filter(pk=found.pk).update(at=at)
    return AuditEntry.objects.get(pk=found.pk)


@pytest.mark.django_db
def test_the_newest_entry_of_each_record_is_found(monkeypatch):
    monkeypatch.setattr(former, "_TARGETS_A_STATEMENT", 2)
    records = [made(second) for second in range(5)]
    newest = [entry(one, days_ago=1) for one in records]
    for one in records:
        entry(one, days_ago=3)
        entry(one, "deleted")
        entry(one, kind="record of other")
    targets = [target_of(one) for one in records]
    assert latest_edits(records, "messages") == dict(zip(targets, newest, strict=True))
    since = newest[0].at
    assert set(latest_edits(records[:1], "messages", since)) == set(targets[:1])
    assert latest_edits(records[:1], "messages", since + timedelta(seconds=1)) == {}
    assert set(latest_edits(records, "messages", since, "deleted")) == set(targets)
    assert latest_edits(records, "other") != {}
    assert latest_edits([], "messages") == {}


@pytest.mark.django_db
def test_a_line_is_of_the_last_chunk_that_begins_before_it():
    import_ = import_of()
    for number, first_line, is_begun in ((2, 10, True), (1, 2, False)):
        chunk_of(import_, number, first_line, is_undo_begun=is_begun)
    DeletedImport.objects.create(id=uuid4(), bucket="b", key="other")
    of_deleted = DeletedImport.objects.create(
        id=uuid4(), bucket="b", key="k", taken_back=[[2, False], [10, True]]
    )
    for one in (import_, of_deleted):
        found = former._find(str(one.pk))
        assert [found.chunk(line) for line in (1, 2, 9, 10, 99)] == [
            (0, False),
            (2, False),
            (2, False),
            (10, True),
            (10, True),
        ]
    for unknown in ("made up", str(uuid4()), str(DeletedImport.objects.get(key="other").pk)):
        assert former._find(unknown) is None


@pytest.mark.django_db
def test_what_replaced_nothing_makes_room_for_nothing_and_else_a_copy_is_needed():
    own = import_of()
    formers = Formers(own, MESSAGES)
    for origin, before in (
        (None, NOTHING),
        (Origin(str(own.pk), 2), NOTHING),
        (Origin(str(own.pk), 2, before="f", first_line=3), NOTHING),
        (Origin(str(own.pk), 2, before="f"), LOST),
        (Origin(str(uuid4()), 2, before="f", aside_line=2), LOST),
    ):
        record = made(0, origin)
        assert formers.find([record]) == {record.key: before}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kept", "is_found"),
    [
        (["mine", "again"], True),
        (["again", "mine"], True),
        (["again"], False),
        (["expired", "mine"], False),
    ],
)
def test_imports_that_replaced_each_other_are_followed_to_what_was_there_before(kept, is_found):
    """The other one ran several times and kept equal copies; which of them is first is chance."""
    own, other = import_of(), import_of()
    chunk_of(own, 1, 2)
    chunk_of(other, 1, 2, is_undo_begun=True)

    def replacing(one, import_, location):
        origin = Origin(str(import_.pk), 2, before=one.fingerprint(), aside_line=2)
        return made(0, origin, location=location)

    there = made(0, location="there before")
    mine = replacing(there, own, "mine")
    theirs = replacing(mine, other, "theirs")
    again = replacing(theirs, own, "mine")
    named = {"mine": mine, "again": again, "expired": replacing(made(1), own, "mine")}
    formers = Formers(own, MESSAGES)
    for import_, records in ((own, [there, theirs]), (other, [named[name] for name in kept])):
        copies: Any = defaultdict(list)
        for one in records:
            copies[(*one.key, one.fingerprint())].append(({}, one))
        formers._import(str(import_.pk)).copies[2] = copies
    expected = Former({}, there) if is_found else LOST
    for _ in range(2):
        assert formers.find([again]) == {there.key: expected}


@pytest.mark.django_db
def test_records_of_what_is_taken_back_do_not_come_unless_they_were_edited():
    own, other = import_of(), import_of()
    chunk_of(other, 1, 2, is_undo_begun=True)
    chunk_of(other, 2, 10)
    deleted = DeletedImport.objects.create(
        id=uuid4(), bucket="b", key="k", taken_back=[[2, True]], created_at=timezone.now()
    )
    mine, theirs, not_yet, gone, by_hand = (
        made(0, Origin(str(own.pk), 2)),
        made(1, Origin(str(other.pk), 2)),
        made(2, Origin(str(other.pk), 10)),
        made(3, Origin(str(deleted.pk), 2)),
        made(4),
    )
    entry(theirs, days_ago=1)  # of a record that had the key before
    formers = Formers(own, MESSAGES)
    found = [Former({}, one) for one in (mine, theirs, not_yet, gone, by_hand)]
    assert formers.not_to_come([*found, NOTHING, LOST]) == [mine, theirs, gone]
    for one in (theirs, gone):
        entry(one)
    assert formers.not_to_come(found) == [mine]
    other.chunks.update(is_undo_begun=False)
    AuditEntry.objects.all().delete()
    assert formers.not_to_come(found) == [mine, theirs, gone]
    formers.forget()
    assert formers.not_to_come(found) == [mine, gone]


def test_what_was_found_of_each_line_is_remembered():
    numbers = {line: number for number, line in enumerate((2, 3, 5, 6, 9))}
    lines = {2: ("deleted", "written"), 5: ("deleted", "written"), 3: ("restored", "kept")}
    lines |= {9: ("restored", "kept"), 6: ("deleted", "written")}
    told = Findings(7.5, lines).as_json(numbers)
    assert told == {
        "at": 7.5,
        "lines": [
            ["deleted", "written", [[2, 2], [5, 6]]],
            ["restored", "kept", [[3, 3], [9, 9]]],
        ],
    }
    assert Findings.from_json(told, numbers) == Findings(7.5, lines)


@pytest.mark.parametrize(
    ("origin", "time", "outcome"),
    [
        (None, "10:00:00", "written"),
        (Origin("i", 2), "10:00:00", "written"),
        (Origin("i", 2), "10:00:00~abcdef", "kept"),
        (Origin("i", 2, before="f"), "10:00:00", "replaced"),
    ],
)
def test_a_row_was_counted_as_what_its_record_tells(origin, time, outcome):
    row = made(0, Origin("i", 2))
    written = Written(row, made(0, origin).with_time(time))
    assert (written.outcome, written.line, written.is_edited) == (outcome, 2, False)
    assert Written(row, made(0, origin, location="elsewhere")).is_edited
    assert line_of(made(0)) == 0
