"""Imports that are held before anything is written, as too many of their rows would be rejected."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingestion.models import Import, State
from ingestion.running import lifecycle
from tests.ingestion.formats.making import make
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    averages,
    counts,
    line,
    lines,
    records,
    run,
    start,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

HALF_WRONG = HEADER + lines(2) + "wrong\n" * 2


def test_without_a_limit_nothing_is_looked_at_first() -> None:
    assert counts(run(HALF_WRONG)) == {"read": 4, "written": 2, "rejected": 2}


@pytest.mark.parametrize("limit", [0, 49])
def test_above_the_limit_it_is_held_before_anything_is_written(settings: Any, limit: int) -> None:
    settings.HOLD_REJECTED_PERCENT = limit
    import_ = run(HALF_WRONG)
    assert (import_.state, import_.error_code) == (State.HELD, "too_many_wrong")
    assert f"50 % of its rows would be rejected, and {limit} %" in import_.error_detail
    assert records() == []


@pytest.mark.parametrize("limit", [50, 99])
def test_up_to_the_limit_it_goes_on_by_itself(settings: Any, limit: int) -> None:
    settings.HOLD_REJECTED_PERCENT = limit
    settings.CHUNK_BYTES = 64
    import_ = run(HALF_WRONG)
    assert (import_.state, import_.dry_run) == (State.DONE, False)
    assert counts(import_) == {"read": 4, "written": 2, "rejected": 2}
    assert averages() == [0, 1]


def test_rows_that_the_policy_rejects_count_too(settings: Any) -> None:
    run(HEADER + line(0))
    settings.HOLD_REJECTED_PERCENT = 40
    text = HEADER + line(7, second=0) + line(1)
    assert run(text, key="one.csv", on_conflict="reject").state == State.HELD
    assert run(text, key="two.csv", on_conflict="keep").state == State.DONE


def test_a_held_import_is_imported_anyway_when_somebody_says_so(settings: Any) -> None:
    settings.HOLD_REJECTED_PERCENT = 10
    import_ = run(HALF_WRONG)
    tasks = Tasks()
    assert lifecycle.make_real(import_, tasks)
    assert not lifecycle.make_real(import_, tasks)
    tasks.run()
    assert counts(import_) == {"read": 4, "written": 2, "rejected": 2}
    assert import_.error_code == ""


def test_a_held_import_is_declined(settings: Any) -> None:
    settings.HOLD_REJECTED_PERCENT = 10
    import_ = run(HALF_WRONG)
    assert lifecycle.cancel(import_)
    import_.refresh_from_db()
    assert import_.state == State.CANCELLED
    assert records() == []


def test_a_format_has_a_limit_of_its_own(settings: Any) -> None:
    settings.HOLD_REJECTED_PERCENT = 0
    columns = {name: {"column": name} for name in HEADER.strip().split(",")}
    options = {"columns": columns, "header": list(columns), "hold_rejected_percent": 60}
    make("stations", **options, key_pattern="plant-a/*.csv")
    assert run(HALF_WRONG, key="plant-a/one.csv").state == State.DONE
    assert run(HALF_WRONG, key="plant-b/one.csv").state == State.HELD


@pytest.mark.parametrize("done", range(7))
def test_one_whose_workers_were_killed_goes_on(settings: Any, done: int) -> None:
    settings.HOLD_REJECTED_PERCENT = 60
    settings.CHUNK_BYTES = 64
    tasks = Tasks()
    import_ = start(HALF_WRONG, tasks)
    for _ in range(done):
        if tasks.waiting:
            tasks.run_one()
    tasks.waiting.clear()
    now = Import.objects.get(pk=import_.pk)
    if now.is_running:
        lifecycle.resume(now, tasks)
    tasks.run()
    assert counts(import_) == {"read": 4, "written": 2, "rejected": 2}


def test_its_page_says_why_and_imports_it_anyway(settings: Any) -> None:
    settings.HOLD_REJECTED_PERCENT = 10
    import_ = run(HALF_WRONG)
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    page = client.get(import_.get_absolute_url()).content.decode()
    for text in ("Import anyway", "Decline", "Held before anything was written", "state-held"):
        assert text in page
    assert "1 import is held" in client.get(reverse("home")).content.decode()
    client.post(reverse("import-run", args=[import_.pk]))
    assert Import.objects.get(pk=import_.pk).state == State.QUEUED
