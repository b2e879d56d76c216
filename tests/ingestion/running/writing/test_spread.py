"""Imports of a kind whose days are spread, or whose records move there meanwhile."""

import random

import pytest
from django.core.management import call_command

from messages_app.models import Day
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, counts, line, lines, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

ROWS = 200


def other_values(text="500"):
    return HEADER + "".join(line(number, avg=text) for number in range(ROWS))


@pytest.fixture(params=[1, 3])
def moving(aws, db, request):
    """The records of a file of before, none of which has moved yet."""
    spread.write_down("messages", Partitioning(request.param))
    run(HEADER + lines(ROWS), key="before.csv")
    spread.begin("messages", 8, 0)


def test_a_file_goes_to_all_partitions_of_its_day():
    spread.write_down("messages", Partitioning(8))
    import_ = run(HEADER + lines(ROWS))
    assert counts(import_) == {"read": ROWS, "written": ROWS}
    assert averages() == list(range(ROWS))
    assert Day.objects.get().date == DATE
    assert Day.objects.get().count == ROWS


@pytest.mark.usefixtures("moving")
def test_the_same_file_again_changes_nothing_while_records_move():
    import_ = run(HEADER + lines(ROWS), key="again.csv")
    assert counts(import_) == {"read": ROWS, "unchanged": ROWS}
    assert averages() == list(range(ROWS))


@pytest.mark.usefixtures("moving")
@pytest.mark.parametrize(
    ("on_conflict", "outcome"), [("keep", "kept"), ("replace", "replaced"), ("reject", "rejected")]
)
def test_rows_meet_those_of_before_while_records_move(on_conflict, outcome):
    tasks = Tasks()
    import_ = start(other_values(), tasks, key="other.csv", on_conflict=on_conflict)
    tasks.run_shuffled(random.Random(1))
    import_.refresh_from_db()
    assert counts(import_) == {"read": ROWS, outcome: ROWS}
    call_command("spread", "messages", "8", verbosity=0)
    expected = {"keep": [*range(ROWS), *[500] * ROWS], "replace": [500] * ROWS}
    assert averages() == sorted(expected.get(on_conflict, range(ROWS)))
