"""Rejects are mended, loaded by an import of their own, let go of; each is counted once."""

import pytest

from common.errors import NotFound
from ingestion.models import Import, State
from ingestion.rejects.mending import bulk, editing
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.editing import CannotMend
from ingestion.rejects.mending.models import Mend
from ingestion.running import lifecycle
from ingestion.running.ended import deletion
from messages_app.schema.record import Origin
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
    take_back,
)
from tests.ingestion.rejects.mending import let_go, load, mend, settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

# Good in line 2, wrong in lines 3 to 5.
THREE_WRONG = HEADER + line(0) + line(1, avg="x") + line(2, avg="y") + line(3, avg="x")


def test_an_edited_row_is_checked_as_it_will_be_when_it_is_loaded() -> None:
    import_ = run(THREE_WRONG)

    assert [fault["column"] for fault in mend(import_, 3, value="4,5").faults] == ["local_avg"]
    assert mend(import_, 3, value="z").state == "open"
    found = mend(import_, 3, value="7")
    assert (found.state, found.faults) == ("ready", [])
    assert settled(import_) == {"open": 3}


def test_mended_rows_are_loaded_by_an_import_of_their_own() -> None:
    import_ = run(THREE_WRONG, "in/monday.csv")
    mend(import_, 3, value="7")
    mend(import_, 5, value="9")

    child = load(import_)

    assert counts(child) == {"read": 2, "written": 2}
    assert (child.state, child.parent, child.key) == (State.DONE, import_, import_.key)
    assert counts(import_) == {"read": 4, "written": 1, "rejected": 3}
    assert settled(import_) == {"mended": 2, "open": 1}
    assert averages() == [0, 7, 9]
    origins = [record.import_origin for record in records()]
    lines_of_child = [one.line for one in origins if one and one.import_id == str(child.pk)]
    assert lines_of_child == [3, 5]


def test_a_row_that_is_rejected_again_is_open_again() -> None:
    import_ = run(HEADER + line(0) + line(1, 0, avg=5), on_conflict="reject")
    cells = editing.one(import_, 3).cells
    # By its own rules the row is right; what is in the table can change until it is loaded.
    Mend.objects.create(import_record=import_, line=3, state="ready", cells=cells)

    child = load(import_)

    assert counts(child) == {"read": 1, "rejected": 1}
    assert settled(import_) == {"open": 1}
    found = editing.one(import_, 3)
    assert (found.state, [one["code"] for one in found.faults]) == ("open", ["key_taken"])
    assert load_after(import_, 3, place=0, value="1559040007") == {"mended": 1}


def load_after(import_: Import, line_: int, **change) -> dict[str, int]:
    mend(import_, line_, **change)
    load(import_)
    return settled(import_)


def test_a_key_that_is_taken_is_told_when_the_row_is_edited() -> None:
    import_ = run(HEADER + line(0) + line(1, 0, avg=5), on_conflict="reject")

    found = mend(import_, 3, value="6")

    assert [one["code"] for one in found.faults] == ["key_taken"]
    assert mend(import_, 3, place=0, value="1559040009").state == "ready"


def test_to_load_twice_loads_once() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3)
    tasks = Tasks()
    load(import_, tasks)

    with pytest.raises(CannotMend) as refused:
        load(import_, tasks)
    assert refused.value.code == "nothing_to_load"
    assert len(tasks.waiting) == 1


def test_a_row_that_is_loaded_is_not_edited() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3)
    tasks = Tasks()
    load(import_, tasks)

    for _ in range(2):  # while it is loaded, and when it was
        for change in (lambda: mend(import_, 3), lambda: editing.put_back(import_, 3)):
            with pytest.raises(CannotMend) as refused:
                change()
            assert refused.value.code == "row_loaded"
        let_go(import_, 3)
        tasks.run()
    assert settled(import_) == {"mended": 1, "open": 2}


def test_undo_takes_back_the_last_edit_and_then_all() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3, value="7")
    mend(import_, 3, value="z")

    assert editing.undo(import_, 3, None).cells[4] == "7"
    found = editing.undo(import_, 3, None)
    assert (found.cells[4], found.mend) == ("x", None)


def test_what_was_let_go_can_be_taken_up_again() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3, value="7")
    assert let_go(import_, 3, 4) == 2
    assert let_go(import_, 3, 4) == 0
    assert settled(import_) == {"let_go": 2, "open": 1}

    found = editing.undo(import_, 3, None)

    assert (found.state, found.cells[4]) == ("ready", "7")
    assert editing.undo(import_, 4, None).mend is None
    assert settled(import_) == {"open": 3}


def test_a_value_is_replaced_in_all_rows_with_this_fault() -> None:
    import_ = run(THREE_WRONG)
    name = FaultName("not_a_number", "local_avg")

    outcome = bulk.replace(import_, name, "x", "8", None)

    assert (outcome.changed, outcome.ready, outcome.is_whole) == (2, 2, True)
    assert [editing.one(import_, number).cells[4] for number in (3, 4, 5)] == ["8", "y", "8"]
    assert bulk.replace(import_, name, None, "6", None).changed == 1
    load(import_)
    assert settled(import_) == {"mended": 3}
    assert averages() == [0, 6, 8, 8]


def test_all_with_one_fault_are_let_go() -> None:
    import_ = run(THREE_WRONG + "1,2\n")

    assert bulk.let_go(import_, FaultName("not_a_number", "local_avg"), None).changed == 3
    assert settled(import_) == {"let_go": 3, "open": 1}
    assert bulk.let_go(import_, None, None).changed == 1
    assert settled(import_) == {"let_go": 4}


def test_a_running_import_is_not_mended() -> None:
    tasks = Tasks()
    import_ = start(THREE_WRONG, tasks)
    tasks.run_one()
    tasks.run_one()
    Import.objects.update(state=State.WRITING)
    import_.refresh_from_db()

    for change in (
        lambda: mend(import_, 3),
        lambda: let_go(import_, 3),
        lambda: load(import_),
    ):
        with pytest.raises(CannotMend) as refused:
            change()
        assert refused.value.code == "import_running"


def test_a_forecast_is_not_mended() -> None:
    import_ = run(THREE_WRONG, dry_run="true")
    assert import_.rejected == 3
    with pytest.raises(CannotMend) as refused:
        mend(import_, 3)
    assert refused.value.code == "forecast"


def test_an_import_that_was_taken_back_is_not_mended() -> None:
    import_ = run(THREE_WRONG)
    for state, code in ((State.UNDOING, "import_running"), (State.UNDONE, "import_undone")):
        Import.objects.update(state=state)
        import_.refresh_from_db()
        with pytest.raises(CannotMend) as refused:
            mend(import_, 3)
        assert refused.value.code == code


def test_rows_of_a_child_that_is_cancelled_can_be_loaded_again() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3)
    tasks = Tasks()
    child = load(import_, tasks)

    lifecycle.cancel(child)

    assert editing.one(import_, 3).state == "ready"
    assert counts(load(import_)) == {"read": 1, "written": 1}
    lifecycle.run_again(Import.objects.get(pk=child.pk), tasks)
    tasks.run()
    assert counts(child) == {}
    assert settled(import_) == {"mended": 1, "open": 2}


def test_rows_of_a_child_that_was_taken_back_can_be_loaded_again() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3)
    mend(import_, 4)
    let_go(import_, 5)
    child = load(import_)
    assert settled(import_) == {"mended": 2, "let_go": 1}

    assert take_back(child) == {"reversed": 2}

    assert settled(import_) == {"let_go": 1, "open": 2}
    assert [editing.one(import_, number).state for number in (3, 4)] == ["ready", "ready"]
    assert averages() == [0]
    again = load(import_)
    assert counts(again) == {"read": 2, "written": 2}
    assert settled(import_) == {"mended": 2, "let_go": 1}
    assert len(records()) == 3


def test_a_child_whose_plan_was_never_sent_is_resumed() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3)
    child = editing.load(import_, None, lambda _: None)
    tasks = Tasks()

    lifecycle.resume(child, tasks)
    tasks.run()

    assert settled(import_) == {"mended": 1, "open": 2}


def test_a_child_is_imported_again_where_the_table_lost_its_rows() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3, value="7")
    child = load(import_)
    tasks = Tasks()

    lifecycle.import_again(child, tasks)
    tasks.run()

    assert counts(child) == {"read": 1, "written": 1}
    assert settled(import_) == {"mended": 1, "open": 2}


def test_the_file_need_not_be_there_any_more() -> None:
    import_ = run(THREE_WRONG)
    Import.objects.filter(pk=import_.pk).update(bucket=import_.bucket, etag="gone", version_id="")
    mend(import_, 3)

    assert counts(load(import_)) == {"read": 1, "written": 1}


def test_a_mended_row_never_replaces_one_of_a_newer_version_of_the_file() -> None:
    tasks = Tasks()
    old, new = (start(HEADER + line(0, avg=avg), tasks, on_conflict="replace") for avg in ("x", 8))
    for import_, sequencer in ((old, "1"), (new, "2")):
        Import.objects.filter(pk=import_.pk).update(sequencer=sequencer)
    tasks.run()
    old.refresh_from_db()
    mend(old, 2, value="7")

    assert counts(load(old)) == {"read": 1, "outdated": 1}
    assert averages() == [8]
    assert settled(old) == {"mended": 1}


def test_bytes_that_were_no_text_must_be_typed_anew() -> None:
    wrong = line(1, avg="x", location="Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich")
    import_ = run((HEADER + line(0)).encode() + wrong.encode("latin-1"), encoding="utf-8")

    found = mend(import_, 3)

    assert [(one["column"], one["code"]) for one in found.faults] == [("location", "bad_encoding")]
    assert mend(import_, 3, place=1, value="Zürich").state == "ready"


def test_a_record_of_which_only_the_beginning_is_kept_can_only_be_let_go() -> None:
    import_ = run(HEADER + line(0) + '1559040001,"never closed\n' + lines(3))

    with pytest.raises(CannotMend) as refused:
        mend(import_, 3, place=0, value="1")
    assert refused.value.code == "cut_off"
    let_go(import_, 3)
    assert settled(import_) == {"let_go": 1}


def test_rows_with_too_few_and_too_many_cells_are_mended() -> None:
    import_ = run(HEADER + line(0) + "1559040001,a\n" + line(2).strip() + ",1,2\n")
    whole = line(1).strip().split(",")

    assert editing.edit(import_, 3, whole, None).state == "ready"
    cells = editing.one(import_, 4).cells
    assert editing.edit(import_, 4, [*cells[:7], "", ""], None).state == "ready"
    load(import_)
    assert settled(import_) == {"mended": 2}


@pytest.mark.parametrize("cell", ["a\0b", "\ud800", "x" * 70_000])
def test_cells_that_cannot_be_kept_are_refused(cell: str) -> None:
    import_ = run(THREE_WRONG)
    with pytest.raises(CannotMend):
        mend(import_, 3, value=cell)


def test_a_row_that_was_not_rejected_is_not_found() -> None:
    import_ = run(THREE_WRONG)
    for number in (2, 99):
        with pytest.raises(NotFound):
            mend(import_, number)


def test_an_import_whose_rows_are_being_loaded_is_not_deleted() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 3)
    tasks = Tasks()
    child = load(import_, tasks)

    assert not deletion.delete(import_)
    tasks.run()
    assert deletion.delete(import_)
    child.refresh_from_db()
    assert (child.parent, counts(child)) == (None, {"read": 1, "written": 1})


def test_the_origin_of_a_mended_record_names_child_and_line() -> None:
    import_ = run(THREE_WRONG)
    mend(import_, 4, value="7")
    child = load(import_)

    (found,) = [one for one in records() if one.text("local_avg") == "7"]

    assert isinstance(found.origin, Origin)
    assert found.origin.place == (str(child.pk), 4)
