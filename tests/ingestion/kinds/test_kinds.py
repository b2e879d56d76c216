"""Files of other kinds than the built-in one: recognised, pinned to a version, counted by kind."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ingestion.models import Import, State
from ingestion.running import lifecycle
from messages_app.kinds import making, registry
from messages_app.kinds.record_kind import RecordKind
from messages_app.models import Day
from messages_app.schema.record import Record
from messages_app.store.query import Query
from tests.ingestion.helpers import HEADER, Tasks, counts, line, put, run, start
from tests.messages_app.api_client import api_client
from tests.messages_app.kinds.climate import DATE, FIELDS, make, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
NAMES = "at,sensor,temperature,humidity,battery\n"
ROWS = (
    "2019-05-28T10:00:00Z,a,21.5,40,80\n"
    "2019-05-28T10:00:00Z,b,-91,40,\n"
    "2019-05-28T10:00:00Z,c,20,40,\n"
)


@pytest.fixture
def climate() -> RecordKind:
    return make()


def stored(kind: RecordKind) -> list[Record]:
    return kind.repository.page(Query(DATE, is_consistent=True), 100).records


def kind_of(import_: Import) -> tuple[str, int, bool]:
    return import_.kind, import_.kind_version, import_.is_kind_said


@pytest.mark.parametrize(
    "header",
    [
        NAMES,
        NAMES.replace(",", ";").upper(),
        f"logger 7\n\n{NAMES}",
        "sep=,\n" + '"at","sensor","temperature","humidity","battery"\n',
    ],
)
def test_a_file_that_has_a_kinds_names_is_of_that_kind(climate: RecordKind, header: str) -> None:
    rows = ROWS.replace(",", ";") if ";" in header else ROWS

    import_ = run(header + rows)

    assert (import_.state, kind_of(import_)) == (State.DONE, ("climate", 1, False))
    assert counts(import_) == {"read": 3, "written": 2, "rejected": 1}
    assert [one.time for one in stored(climate)] == ["10:00:00#a", "10:00:00#c"]
    assert list(Day.objects.values_list("kind", "date", "count")) == [("climate", DATE, 2)]
    assert import_.chunks.get().faults[0]["column"] == "temperature"


def test_the_same_file_again_changes_nothing(climate: RecordKind) -> None:
    run(NAMES + ROWS)

    assert counts(run(NAMES + ROWS, "again.csv")) == {"read": 3, "unchanged": 2, "rejected": 1}
    assert counts(run(NAMES + ROWS.replace("21.5", "22"), "other.csv", on_conflict="replace")) == {
        "read": 3,
        "unchanged": 1,
        "replaced": 1,
        "rejected": 1,
    }
    assert len(stored(climate)) == 2


def test_files_of_messages_are_of_the_built_in_kind(climate: RecordKind) -> None:
    import_ = run(HEADER + line(1))

    assert (import_.state, kind_of(import_)) == (State.DONE, ("messages", 1, False))
    assert stored(climate) == []


def test_a_file_that_has_another_column_is_of_no_kind_but_the_built_in_one(
    climate: RecordKind,
) -> None:
    import_ = run(NAMES.replace("battery", "voltage") + ROWS)

    assert (import_.state, import_.error_code) == (State.WAITING, "")


def test_the_kind_is_said_by_the_objects_metadata(climate: RecordKind) -> None:
    other = make(name="other")
    import_ = run(NAMES + ROWS, kind="other")

    assert kind_of(import_) == ("other", 1, False)
    assert [len(stored(kind)) for kind in (climate, other)] == [0, 2]
    assert run("at,sensor,temperature,humidity\n", "b.csv", kind="other").error_code == "no_rows"


def test_of_two_kinds_with_the_same_names_one_has_to_be_said(climate: RecordKind) -> None:
    make(name="other")
    import_ = run(NAMES + ROWS)

    assert (import_.state, import_.error_code) == (State.FAILED, "several_kinds")
    assert "climate and other" in import_.error_detail


def test_a_kind_that_is_made_later_lets_its_import_run_again() -> None:
    tasks = Tasks()
    import_ = start(NAMES + ROWS, tasks, kind="climate")
    tasks.run()
    import_.refresh_from_db()
    assert (import_.error_code, import_.can_run_again) == ("unknown_kind", True)
    assert "There is no kind “climate”" in import_.error_detail

    make()
    lifecycle.run_again(import_, tasks)
    tasks.run()

    assert counts(import_) == {"read": 3, "written": 2, "rejected": 1}


def test_an_import_goes_on_with_the_version_that_it_began_with(climate: RecordKind) -> None:
    tasks = Tasks()
    import_ = start(NAMES + ROWS, tasks)
    tasks.run_one()  # the plan
    wider = [{**one, "rules": {}} if one["name"] == "temperature" else one for one in FIELDS]
    making.change(climate, {"fields": wider}, somebody())
    assert registry.find("climate").version == 2

    tasks.run()

    assert counts(import_) == {"read": 3, "written": 2, "rejected": 1}
    assert counts(run(NAMES + ROWS, "later.csv")) == {"read": 3, "unchanged": 2, "written": 1}
    lifecycle.import_again(import_, tasks)
    tasks.run()
    assert counts(import_) == {"read": 3, "written": 2, "rejected": 1}


def test_run_from_its_beginning_again_the_days_of_its_kind_are_counted_anew(
    climate: RecordKind,
) -> None:
    tasks = Tasks()
    import_ = lifecycle.start(put(NAMES + ROWS), tasks)
    tasks.run()
    import_.refresh_from_db()
    lifecycle.import_again(import_, tasks)
    tasks.run()

    assert list(Day.objects.values_list("kind", "date", "count")) == [("climate", DATE, 2)]


def uploaded(**fields: str) -> tuple[int, dict[str, Any]]:
    """What the API answers to an upload."""
    client = api_client("ingestion.add_import", "ingestion.view_import")
    file = SimpleUploadedFile("day.csv", (NAMES + ROWS).encode())
    response = client.post("/api/imports/", {**fields, "file": file}, format="multipart")
    return response.status_code, response.json()


def test_the_kind_is_said_with_an_upload(climate: RecordKind) -> None:
    make(name="other")

    status, told = uploaded(kind="other")

    assert (status, told["kind"]) == (201, "other")
    assert kind_of(Import.objects.get(pk=told["id"])) == ("other", 0, True)
    status, refused = uploaded(kind="unknown")
    assert (status, refused["errors"][0]["field"]) == (400, "kind")
    client = api_client("ingestion.add_import")
    named = {"file_name": "a.csv", "kind": "climate"}
    presigned = client.post("/api/imports/presigned/", named, format="json").json()
    assert presigned["import"]["kind"] == "climate"
    listed = api_client("ingestion.view_import").get("/api/imports/", {"kind": "other"}).json()
    assert [one["id"] for one in listed["results"]] == [told["id"]]
