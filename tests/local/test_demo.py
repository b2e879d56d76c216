"""The demonstration: what its files become, that it is the same each time, and that all goes."""

from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from common.aws import s3
from ingestion.models import DeletedImport, Import
from messages_app.kinds import making, registry
from messages_app.models import Day
from messages_app.store.query import Query
from project.local.demo import KIND, PREFIX, filling, readings
from project.local.demo.files import CLIMATE, DemoFile, files
from tests.ingestion.helpers import HEADER, lines, run
from tests.local.test_up import Stack
from tests.messages_app.kinds.climate import somebody

LAST = date(2026, 10, 31)


def few() -> list[DemoFile]:
    """Of each sort some."""
    made = list(files(LAST))
    return [one for one in made if "rooms/" in one.key][-2:] + made[-2:] + made[:2]


def test_the_files_are_the_same_each_time() -> None:
    assert list(files(LAST)) == list(files(LAST))
    assert len(list(files(LAST))) == 30 + 5 + 2
    assert sum(len(one.text) for one in files(LAST)) < 1_000_000


def test_one_device_drifts_one_fails_and_one_falls_silent() -> None:
    first = date(2026, 10, 2)
    days = [list(readings.climate(first, date(2026, 10, day))) for day in range(2, 32)]
    humidity = [[float(row[3]) for row in rows if row[1] == "cellar"] for rows in days]
    assert min(humidity[-1]) > max(humidity[0]) + 15
    temperatures = [float(row[2]) for rows in days for row in rows]
    assert 10 < sum(value > 60 for value in temperatures) < 30
    assert any(row[1] == "workshop" for row in days[18])
    assert not any(row[1] == "workshop" for rows in days[19:] for row in rows)


@pytest.mark.django_db
def test_each_file_becomes_what_it_is_to_show_and_all_is_removed(aws: str) -> None:
    User.objects.create_superuser("admin")
    making.make(CLIMATE, somebody())
    others = run(HEADER + lines(3), "others.csv")
    for one in few():
        run(one.text, one.key)
    states = Counter(filling.imports().values_list("state", flat=True))
    assert states == {"done": 5, "waiting": 1}
    rejected = {one.key: one.rejected for one in filling.imports() if one.rejected}
    assert rejected[f"{PREFIX}by-hand/week-before.csv"] == 24
    assert sum(rejected.values()) > 24  # of the sensor that fails
    assert filling.imports().filter(kind=KIND, written__gt=500).count() == 1

    said = StringIO()
    call_command("demo", "--remove", stdout=said)

    assert "The demonstration is gone: " in said.getvalue()
    assert [*Import.objects.all()] == [others]
    assert not DeletedImport.objects.exists()
    assert registry.named([KIND]) == {}
    assert not s3.keys(settings.DATA_BUCKET, PREFIX)
    assert sum(Day.objects.values_list("count", flat=True)) == 3
    builtin = registry.find("messages").repository
    assert len(list(builtin.all(Query()))) == 3
    call_command("demo", "--remove", stdout=said)  # of nothing it takes nothing


@pytest.mark.django_db
def test_only_an_empty_stack_is_filled(aws: str) -> None:
    run(HEADER + lines(3), "others.csv")
    with pytest.raises(CommandError, match="empty stack"):
        call_command("demo")


@pytest.mark.stack
def test_a_stack_starts_with_it_and_loses_it_again(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    try:
        stack.start_until_ready("--demo")
        imports = stack.api("/api/imports/?page_size=100")["results"]
        assert Counter(one["state"] for one in imports) == {"done": 36, "waiting": 1}
        assert len({one["created_at"][:10] for one in imports}) > 25
        manage = f"python manage.py demo {'--remove'}"
        assert "The demonstration is gone" in stack.shell(manage)
        assert stack.api("/api/imports/")["results"] == []
        assert "made-up readings" in stack.shell("python manage.py demo")
        assert stack.stop() == 0
    finally:
        stack.kill()
