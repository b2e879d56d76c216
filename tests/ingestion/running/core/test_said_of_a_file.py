"""What is said of a file: with the object, or else by its format."""

import pytest

from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import Tasks, start
from tests.ingestion.running.core.made import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.mark.parametrize(
    ("said", "encoding", "policy"),
    [({}, "cp1252", "replace"), ({"encoding": "utf-8", "on_conflict": "keep"}, "utf-8", "keep")],
)
def test_what_is_said_with_an_object_comes_before_what_its_format_says(said, encoding, policy):
    make(key_pattern="plant-a/*.csv", encoding="windows-1252", on_conflict="replace")
    tasks = Tasks()
    import_ = start(FILE, tasks, "plant-a/one.csv", **said)
    tasks.run_one()
    assert (now(import_).encoding, now(import_).on_conflict) == (encoding, policy)
