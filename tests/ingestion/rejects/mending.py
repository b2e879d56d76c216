"""Rejects are mended without a client: what tests of several faces need."""

from ingestion.models import Import
from ingestion.rejects.mending import editing
from ingestion.rejects.mending.models import Mend
from tests.ingestion.helpers import Tasks

# The places of the columns of tests/ingestion/helpers.py::line.
AVG, REMOTE_AVG = 4, 6


def mend(import_: Import, line: int, place: int = AVG, value: str = "4.5") -> editing.MendedReject:
    """Write a value into a cell of a reject."""
    cells = list(editing.one(import_, line).cells)
    cells[place] = value
    return editing.edit(import_, line, cells, None)


def let_go(import_: Import, *lines: int) -> int:
    """Let go of rejects."""
    return editing.let_go(import_, [editing.one(import_, line).reject for line in lines], None)


def load(import_: Import, tasks: Tasks | None = None) -> Import:
    """Load what is ready, to its end where no ``tasks`` are given."""
    own = tasks or Tasks()
    child = editing.load(import_, None, own.plan)
    if tasks is None:
        own.run()
        child.refresh_from_db()
    return child


def settled(import_: Import) -> dict[str, int]:
    """How the rejects of an import stand, without zeros; they add up, and are what rows say."""
    import_.refresh_from_db()
    mends = Mend.objects.filter(import_record=import_)
    assert import_.mended == mends.filter(state="mended").count()
    assert import_.let_go == mends.filter(state="let_go").count()
    told = {"mended": import_.mended, "let_go": import_.let_go, "open": import_.open_rejects}
    assert sum(told.values()) == import_.rejected
    return {name: count for name, count in told.items() if count}
