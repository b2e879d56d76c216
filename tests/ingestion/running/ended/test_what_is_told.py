"""What people are told of an import, by what is known of it: no file is needed."""

from datetime import UTC, datetime

import pytest

from ingestion.models import Import, State
from ingestion.running.ended.telling import tell_of
from notices.models import Occurrence

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def made(**values):
    known = {"bucket": "b", "key": "a/b.csv", "identity": "1", "state": State.DONE}
    return Import.objects.create(**(known | values))


def told(**values):
    tell_of(made(**values))
    return Occurrence.objects.get()


def test_of_a_forecast_that_somebody_asked_for_nothing():
    tell_of(made(dry_run=True))
    assert not Occurrence.objects.exists()


def test_of_one_that_would_have_gone_on_by_itself_that_it_is_held():
    assert told(dry_run=True, hold_above=10, state=State.HELD).event == "import_held"


@pytest.mark.parametrize(
    ("version", "is_said", "kind"),
    [(0, False, ""), (1, False, "messages"), (0, True, "messages"), (2, True, "messages")],
)
def test_its_kind_once_that_is_known(version, is_said, kind):
    assert told(kind_version=version, is_kind_said=is_said).kind == kind


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({"read": 1}, "a/b.csv: 1 row read"),
        ({"read": 12_000, "rejected": 1_500}, "a/b.csv: 12,000 rows read, 1,500 rejected"),
        ({"key": "uploads/2026-11-28/00/b.csv", "read": 2}, "b.csv: 2 rows read"),
        ({"state": State.HELD, "error_detail": "Too many."}, "a/b.csv is held: Too many."),
        ({"state": State.FAILED, "error_detail": "No rows."}, "a/b.csv failed: No rows."),
    ],
)
def test_its_key_and_rows_or_the_reason(values, subject):
    assert told(**values).subject == subject


@pytest.mark.parametrize(("length", "shown"), [(160, 160 * "k"), (161, "…" + 160 * "k")])
def test_of_a_long_key_the_end(length, shown):
    assert told(key=length * "k", read=1).subject == f"{shown}: 1 row read"


@pytest.mark.parametrize("end", ["finished_at", "undo_ended_at"])
def test_each_end_once(end):
    import_ = made(finished_at=NOON)
    for moment in (NOON.replace(hour=13), NOON.replace(hour=14)):
        for _ in range(2):
            Import.objects.update(**{end: moment})
            tell_of(import_)
    assert Occurrence.objects.count() == 2


def test_one_that_has_not_ended_by_when_it_came_so_far():
    import_ = made(state=State.WAITING)
    for hour in (13, 14):
        Import.objects.update(progress_at=NOON.replace(hour=hour))
        tell_of(import_)
    assert Occurrence.objects.count() == 2


def test_programs_are_told_of_an_error_or_what_it_waits_for_where_there_is_one():
    nothing = told().payload
    assert (nothing["error"], nothing["waiting_for"]) == (None, None)
    Occurrence.objects.all().delete()
    why = {"code": "no_format", "detail": "Which one?", "header": ["a"]}
    some = told(identity="2", error_code="stalled", error_detail="Why.", waiting_for=why).payload
    assert some["error"] == {"code": "stalled", "detail": "Why."}
    assert some["waiting_for"] == {"code": "no_format", "detail": "Which one?"}
