"""Whatever people do to rejects, in whatever order, and whatever dies meanwhile: each reject is
counted once, and each good row is in the table once."""

import random
from contextlib import suppress

import pytest

from common.errors import ServiceError
from ingestion.models import Import
from ingestion.rejects.mending import bulk, editing
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.editing import CannotMend
from ingestion.rejects.mending.models import Mend
from ingestion.running import lifecycle
from tests.ingestion.helpers import HEADER, Tasks, averages, line, run
from tests.ingestion.rejects.mending import let_go, mend, settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

ROWS = 12


class Killed(Exception):
    """A process ended where nobody expected it."""


class DyingTasks(Tasks):
    """Sends some of its tasks never, as their sender died before."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def plan(self, import_id: str) -> None:
        if self._chance.random() < 0.3:
            raise Killed
        super().plan(import_id)


@pytest.mark.parametrize("seed", range(40))
def test_counts_add_up_and_no_row_is_lost_or_doubled(seed: int) -> None:
    chance = random.Random(seed)
    import_ = run(HEADER + "".join(line(number, avg="x") for number in range(ROWS)))
    tasks = DyingTasks(chance)
    for _ in range(30):
        step(import_, tasks, chance)
        settled(import_)
    for child in import_.children.filter(state__in=("queued", "planning", "writing")):
        lifecycle.resume(child, _plain(tasks))
    tasks.run()
    settled(import_)

    mends = {one.line: one for one in Mend.objects.filter(import_record=import_)}
    assert not [one for one in mends.values() if one.state == "loading"]
    loaded = [int(one.cells[4]) for one in mends.values() if one.state == "mended"]
    assert set(loaded) <= set(averages())
    assert len(averages()) == len(set(averages()))
    counted = sum(child.receipt.stored + child.unchanged for child in import_.children.all())
    assert counted >= len(loaded)
    assert all(child.receipt.adds_up for child in import_.children.all())


def _plain(tasks: DyingTasks) -> Tasks:
    plain = Tasks()
    plain.waiting = tasks.waiting
    return plain


def step(import_: Import, tasks: DyingTasks, chance: random.Random) -> None:
    number = chance.randrange(2, ROWS + 2)
    with suppress(CannotMend, Killed):
        chance.choice((_edits, _edits, _runs))(import_, number, tasks, chance)


def _edits(import_: Import, number: int, tasks: DyingTasks, chance: random.Random) -> None:
    """What a person does."""
    move = chance.randrange(13)
    if move < 4:
        mend(import_, number, value=str(100 + number))
    elif move == 4:
        mend(import_, number, value="still wrong")
    elif move == 5:
        editing.undo(import_, number, None)
    elif move == 6:
        editing.put_back(import_, number)
    elif move == 7:
        let_go(import_, number)
    elif move == 8 and chance.random() < 0.2:
        bulk.let_go(import_, FaultName("not_a_number", "local_avg"), None)
    elif move > 8:
        editing.load(import_, None, tasks.plan)


def _runs(import_: Import, number: int, tasks: DyingTasks, chance: random.Random) -> None:
    """What workers do, and what is done to children."""
    children, move = list(import_.children.all()), chance.randrange(9)
    if tasks.waiting and move < 4:
        tasks.run_one(chance.randrange(len(tasks.waiting)))
    elif tasks.waiting and move == 8:
        task = chance.choice(tasks.waiting)
        tasks.waiting.append(task)  # it is delivered again
        with suppress(ServiceError):  # no time is left, perhaps when some rows are written
            tasks.run_one(tasks.waiting.index(task), seconds=chance.choice((0, 0.002, 0.01)))
    elif tasks.waiting and move == 4:
        tasks.waiting.append(chance.choice(tasks.waiting))
    elif children and move == 5:
        lifecycle.cancel(chance.choice(children))
    elif children and move == 6:
        lifecycle.run_again(chance.choice(children), _plain(tasks))
    elif children and move == 7:
        lifecycle.resume(chance.choice(children), _plain(tasks))
