"""Who waits for the same answer, and what an answer does, without files."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from ingestion.formats import answers, versions, waiting
from ingestion.formats.models import Format
from ingestion.formats.recognition import HEADER_CHANGED, Waits
from ingestion.models import Import, State
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.layout import Drift
from tests.ingestion.formats.making import HEADER, make
from tests.ingestion.helpers import Tasks

pytestmark = pytest.mark.django_db

NAMES = HEADER.strip().split(";")
MOVED = [*NAMES[1:], NAMES[0]]


@pytest.fixture
def actor():
    return Actor(User.objects.create_user("somebody"), Channel.API)


def planning(key="a.csv", **values):
    return Import.objects.create(
        bucket="b", key=key, identity=str(Import.objects.count()), state=State.PLANNING, **values
    )


def waits(key="a.csv", header=NAMES, code="unknown_columns", format_=None, drift=None):
    import_ = planning(key)
    waiting.wait(import_, Waits(code, "Say it.", header, format_, drift))
    import_.refresh_from_db()
    return import_


def changed(format_, drift=None, code=HEADER_CHANGED):
    return waits(header=MOVED, code=code, format_=format_, drift=drift or Drift(is_moved=True))


def test_an_import_that_waits_tells_for_what():
    import_ = waits(header=[f"n{number}" for number in range(300)])
    assert import_.state == State.WAITING
    assert import_.waiting_for == {
        "code": "unknown_columns",
        "detail": "Say it.",
        "header": [f"n{number}" for number in range(200)],
        "format": None,
        "can_accept": False,
    }
    assert waiting.format_of(import_) is None


def test_an_import_that_was_cancelled_or_is_planned_does_not_wait():
    for values in ({"state": State.CANCELLED}, {"is_planned": True}):
        import_ = planning(str(values))
        Import.objects.filter(pk=import_.pk).update(**values)
        waiting.wait(import_, Waits("unknown_columns", "Say it."))
        import_.refresh_from_db()
        assert import_.state == values.get("state", State.PLANNING)
        assert import_.waiting_for == {}


def test_a_changed_header_can_be_accepted_where_all_that_is_read_is_there():
    made = make()
    for drift, can_accept in ((Drift(is_moved=True), True), (Drift(unread=["When"]), False)):
        import_ = waits(str(drift), MOVED, HEADER_CHANGED, made, drift)
        assert import_.waiting_for["can_accept"] == can_accept
        assert import_.waiting_for["format"] == made.pk
        assert waiting.format_of(import_) == made
    versions.retire(made)
    assert waiting.format_of(Import.objects.get(waiting_for__can_accept=True)) is None


def test_imports_wait_for_the_same_whose_headers_say_the_same():
    one, other = waits("a.csv"), waits("b.csv", [name.upper() for name in NAMES])
    made = make()
    alone = [waits("c.csv", MOVED), waits("d.csv", code="no_offset"), waits("e.csv", format_=made)]
    unnamed = [waits("f.csv", []), waits("g.csv", [])]
    old = [waits("h.csv"), waits("i.csv")]
    for import_ in old:
        import_.waiting_on = ""
        import_.save()
    assert {*waiting.alike(one)} == {*waiting.alike(other)} == {one, other}
    for import_ in (*alone, *unnamed, *old):
        assert [*waiting.alike(import_)] == [import_]


def test_those_that_wait_go_on_once():
    version = make().current
    one, other = waits("a.csv"), waits("b.csv")
    tasks = Tasks()
    assert waiting.go_on(one, version, tasks, is_for_all=False) == [one]
    assert waiting.go_on(other, version, tasks, is_for_all=True) == [other]
    assert waiting.go_on(other, version, tasks, is_for_all=False) == []
    assert tasks.waiting == [(str(one.pk), 0), (str(other.pk), 0)]
    for import_ in (one, other):
        import_.refresh_from_db()
        assert (import_.state, import_.format_version) == (State.QUEUED, version)
        assert (import_.waiting_for, import_.waiting_on) == ({}, "")


def test_what_was_cancelled_meanwhile_does_not_go_on():
    version, one, other = make().current, waits("a.csv"), waits("b.csv")
    cancelled: list[Import] = []

    def cancel_first(execute, sql, *arguments):
        if sql.startswith("UPDATE") and not cancelled:
            cancelled.append(other)
            Import.objects.filter(pk=other.pk).update(state=State.CANCELLED)
        return execute(sql, *arguments)

    tasks = Tasks()
    with connection.execute_wrapper(cancel_first):
        assert waiting.go_on(one, version, tasks, is_for_all=True) == [one]
    assert tasks.waiting == [(str(one.pk), 0)]
    other.refresh_from_db()
    assert (cancelled, other.state) == ([other], State.CANCELLED)


def test_an_answer_is_a_format_that_there_is(actor):
    made, import_ = make(), waits()
    versions.retire(made)
    for number in (made.pk, made.pk + 1):
        with pytest.raises(answers.NoSuchFormat, match="Choose an existing one"):
            answers.answer(import_, number, actor, Tasks())
    import_.refresh_from_db()
    assert import_.state == State.WAITING


def test_an_answer_is_for_one_import_unless_it_is_said_to_be_for_all(actor):
    made, one, other, third = make(), waits("a.csv"), waits("b.csv"), waits("c.csv")
    by_itself = waits("d.csv")
    assert answers.read_by(by_itself, made, actor, Tasks()) == [by_itself]
    assert answers.answer(one, made.pk, actor, Tasks()) == [one]
    one.refresh_from_db()
    assert answers.answer(one, made.pk, actor, Tasks()) == []
    went = answers.answer(other, made.pk, actor, Tasks(), is_for_all=True)
    assert {*went} == {other, third}
    told = AuditEntry.objects.filter(action="format chosen")
    assert [entry.detail["format"] for entry in told] == ["Plant A"] * 4
    went = [by_itself, one, *went]
    assert {entry.target for entry in told} == {str(import_.pk) for import_ in went}


def test_a_changed_header_becomes_that_of_the_next_version(actor):
    made = make()
    tasks = Tasks()
    (went,) = answers.answer(changed(made), made.pk, actor, tasks, accepts_header=True)
    made.refresh_from_db()
    assert (made.version, made.current.definition.header) == (2, tuple(MOVED))
    went.refresh_from_db()
    assert went.format_version == made.current
    assert answers.answer(went, made.pk, actor, tasks, accepts_header=True) == []
    entry = AuditEntry.objects.get(action="accepted a header")
    assert entry.detail["import_id"] == str(went.pk)
    assert entry.detail["version"] == 2


def test_a_header_that_somebody_else_accepted_meanwhile_is_read_by_that_version(actor):
    made = make()
    as_it_was = Format.objects.get(pk=made.pk)
    answers.answer(changed(made), made.pk, actor, Tasks(), accepts_header=True)
    (went,) = answers.read_by(changed(made), as_it_was, actor, Tasks(), accepts_header=True)
    went.refresh_from_db()
    assert (went.format_version.number, went.format_version.format) == (2, made)
    assert AuditEntry.objects.filter(action="accepted a header").count() == 1


def test_a_header_is_accepted_for_the_format_that_is_waited_for_alone(actor):
    made, other = make(), make("Other", key_pattern="x/*.csv")
    wrong = [
        (changed(made), other),
        (changed(made, code="not_of_format"), made),
        (changed(made, Drift(unread=["When"])), made),
    ]
    for import_, chosen in wrong:
        with pytest.raises(BadFormat) as raised:
            answers.answer(import_, chosen.pk, actor, Tasks(), accepts_header=True)
        assert [*raised.value.faults] == ["accept_header"]
    assert not AuditEntry.objects.exists()
