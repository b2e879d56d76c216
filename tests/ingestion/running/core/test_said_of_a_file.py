"""What is said of a file: with the object, or else by its format or the settings."""

import pytest

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.running.plan import plan
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def planned(import_):
    plan(now(import_), Tasks(), Deadline(30))
    return now(import_)


@pytest.mark.parametrize(
    ("said", "encoding", "policy"),
    [({}, "cp1252", "replace"), ({"encoding": "utf-8", "on_conflict": "keep"}, "utf-8", "keep")],
)
def test_what_is_said_with_an_object_comes_before_what_its_format_says(said, encoding, policy):
    make(key_pattern="plant-a/*.csv", encoding="windows-1252", on_conflict="replace")
    import_ = planned(start(FILE, Tasks(), "plant-a/one.csv", **said))
    assert (import_.encoding, import_.on_conflict) == (encoding, policy)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "nobody"}, "unknown_kind"),
        ({"dry_run": "perhaps"}, "bad_dry_run"),
        ({"on_conflict": "overwrite"}, "bad_on_conflict"),
    ],
)
def test_what_is_said_wrongly_is_a_fault_of_the_file(said, code):
    with pytest.raises(FileError) as raised:
        planned(start(HEADER + lines(1), Tasks(), **said))
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("is_made_real", "looked_at"), [(False, (True, 50)), (True, (False, None))]
)
def test_a_file_is_looked_at_first_where_it_may_be_held_and_once(settings, is_made_real, looked_at):
    settings.HOLD_REJECTED_PERCENT = 50
    import_ = start(HEADER + lines(1), Tasks())
    Import.objects.update(is_made_real=is_made_real)
    import_ = planned(import_)
    assert (import_.dry_run, import_.hold_above) == looked_at
