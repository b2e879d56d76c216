"""Columns that no field is read from, kept as text with their records."""

import csv
import io
import json

import pytest
import simplejson
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEntry
from ingestion.models import State
from ingestion.reading.formats.layout import read_format_layout
from messages_app.models import ExtraKept
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.formats.making import FILE, HEADER, make, row
from tests.ingestion.helpers import counts, line, records, run
from tests.ingestion.reading.formats.reading import COLUMNS, definition, read
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

EXTRA_HEADER = HEADER.strip() + ";Firmware;Note\n"
WHEN = "2019-05-28T10:55:09Z"
ALL = [f"messages_app.{one}_message" for one in ("view", "add", "change", "delete")]
RECORD = "/api/messages/2019-05-28/10:55:09/"


def extra_row(firmware="2.4.1", note="", when=WHEN):
    return row(when).strip() + f";{firmware};{note}\n"


def make_keeping(**options):
    return make(header=EXTRA_HEADER.strip().split(";"), extra_columns="keep", **options)


@pytest.fixture
def client():
    return api_client(*ALL)


def test_extra_columns_are_stored_as_text_where_there_is_one():
    make_keeping(missing=["none"])
    text = EXTRA_HEADER + extra_row(" 2.4.1 ", "None") + extra_row("", "", "2019-05-28T10:55:10Z")
    import_ = run(text)
    assert (import_.state, counts(import_)) == (State.DONE, {"read": 2, "written": 2})
    first, second = records()
    assert (first.extra, second.extra) == ((("Firmware", "2.4.1"),), ())
    assert first.values["location"] == "roof"
    assert import_.layout["kept"] == ["Firmware", "Note"]
    assert import_.layout["extra"] == []


def test_they_count_when_records_are_compared():
    make_keeping()
    run(EXTRA_HEADER + extra_row())
    assert counts(run(EXTRA_HEADER + extra_row(), "again.csv")) == {"read": 1, "unchanged": 1}
    other = run(EXTRA_HEADER + extra_row("2.5.0"), "other.csv")
    assert counts(other) == {"read": 1, "kept": 1}
    one, two = records()
    assert one.values == two.values
    assert len({one.fingerprint(), two.fingerprint()}) == 2
    assert one.etag() != two.etag()


def test_a_file_that_gains_columns_has_them_kept():
    make(extra_columns="keep", key_pattern="*.csv")
    assert run(FILE).state == State.DONE
    gained = run(EXTRA_HEADER + extra_row("2.4.1", "x", "2019-05-29T00:00:00Z"), "more.csv")
    assert gained.state == State.DONE
    assert records("2019-05-29")[0].extra == (("Firmware", "2.4.1"), ("Note", "x"))


@pytest.mark.parametrize(
    ("firmware", "note", "column", "code"),
    [
        ("x" * 1025, "", "Firmware", "too_long"),
        ("2.4", "a\0b", "Note", "nul"),
    ],
)
def test_a_text_that_cannot_be_kept_makes_a_reject(firmware, note, column, code):
    header, extra = EXTRA_HEADER.strip().split(";"), "keep"
    (parsed,) = read(
        EXTRA_HEADER + extra_row(firmware, note), definition(header=header, extra_columns=extra)
    )
    assert parsed.record is None
    assert [(one.column, one.code) for one in parsed.faults] == [(column, code)]


def test_a_record_has_so_much_extra_text_and_no_more():
    names = [f"c{number}" for number in range(10)]
    header = [*HEADER.strip().split(";"), *names]
    made = definition(header=header, extra_columns="keep")
    text = ";".join(header) + "\n" + ";".join([row(WHEN).strip(), *(["x" * 1000] * 10)])
    (parsed,) = read(text + "\n", made)
    assert [(one.column, one.code) for one in parsed.faults] == [("extra columns", "too_long")]
    assert "10,020 characters together" in parsed.faults[0].detail


def test_a_file_with_more_columns_than_can_be_kept_waits():
    make(extra_columns="keep", key_pattern="*.csv")
    names = ";".join(f"c{number}" for number in range(51))
    import_ = run(f"{HEADER.strip()};{names}\n" + row(WHEN).strip() + ";1" * 51 + "\n")
    assert (import_.state, import_.waiting_for["code"]) == (
        State.WAITING,
        "too_many_extra_columns",
    )
    assert "51 columns" in import_.waiting_for["detail"]


def test_columns_without_a_name_or_with_a_doubled_one_are_named_by_their_position():
    made = definition(header=HEADER.strip().split(";"), extra_columns="keep")
    text = HEADER.strip() + ";;Note;Note;line\n" + row(WHEN).strip() + ";a;b;c;d\n"
    (parsed,) = read(text, made)
    assert dict(parsed.record.extra) == {
        "column 8": "a",
        "Note": "b",
        "column 10": "c",
        "line": "d",
    }


def test_a_rejects_file_brings_its_extra_columns_and_none_of_its_own():
    made = definition(header=EXTRA_HEADER.strip().split(";"), extra_columns="keep")
    text = EXTRA_HEADER.strip() + ";line;reason\n" + extra_row("'=1").strip() + ";7;why\n"
    layout, drift = read_format_layout(text.encode(), made, MESSAGE)
    assert not drift.must_wait(made)
    assert (layout.kept, layout.extra) == (["Firmware", "Note"], ["line", "reason"])
    (parsed,) = read(text, made)
    assert parsed.record.extra == (("Firmware", "=1"),)


def test_the_api_shows_them_and_other_records_are_as_ever(client):
    make_keeping()
    run(EXTRA_HEADER + extra_row() + extra_row("", "", "2019-05-28T10:55:10Z"))
    first, second = client.get("/api/messages/?date=2019-05-28").json()["results"]
    assert first["extra_columns"] == {"Firmware": "2.4.1"}
    assert "extra_columns" not in second
    assert client.get("/api/messages/?date=2019-05-28&fields=time,extra_columns").json()[
        "results"
    ] == [{"time": "10:55:09", "extra_columns": {"Firmware": "2.4.1"}}, {"time": "10:55:10"}]


def test_a_change_leaves_them_and_is_bound_to_them(client):
    make_keeping()
    run(EXTRA_HEADER + extra_row())
    seen = client.get(RECORD)
    whole = simplejson.loads(seen.content, use_decimal=True)
    changed = {**whole, "location": "cellar"}
    response = client.put(
        RECORD,
        simplejson.dumps(changed),
        content_type="application/json",
        headers={"If-Match": seen["ETag"]},
    )
    assert response.status_code == 200, response.content
    assert response.json()["extra_columns"] == {"Firmware": "2.4.1"}
    refused = client.patch(
        RECORD, '{"extra_columns": {"Firmware": "3"}}', content_type="application/json"
    )
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "fixed"
    assert client.delete(RECORD, headers={"If-Match": response["ETag"]}).status_code == 204
    entry = AuditEntry.objects.get(action="deleted")
    assert json.loads(entry.detail["values"]["extra_columns"]) == {"Firmware": "2.4.1"}


def test_a_new_record_can_have_them_within_their_bounds(client):
    new = {
        **{name: f"{name}-1" for name in ("location", "source", "local_dest", "remote_dest")},
        "timestamp": 1559040909,
        "local_avg": 1,
        "remote_avg": 2,
    }

    def post(extra):
        body = json.dumps({**new, "extra_columns": extra})
        return client.post("/api/messages/", body, content_type="application/json")

    for wrong in ("x", {"a": 1}, {"": "x"}, {f"c{n}": "x" for n in range(51)}, {"a": "x" * 1025}):
        assert post(wrong).status_code == 400, wrong
    made = post({"Firmware": "2.4.1", "Note": " "})
    assert made.status_code == 201
    assert client.get(RECORD).json()["extra_columns"] == {"Firmware": "2.4.1"}
    assert ExtraKept.objects.filter(kind="messages").exists()


def test_exports_have_a_column_for_them_where_some_were_kept(client):
    def exported(kind):
        response = client.get(f"/api/messages/export/?format={kind}")
        return b"".join(response.streaming_content).decode()

    run("timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg\n" + line(0))
    assert exported("csv").splitlines()[0].endswith("remote_avg,import,line")
    make_keeping()
    run(EXTRA_HEADER + extra_row("=2.4.1"), "extra.csv")
    first, second = csv.DictReader(io.StringIO(exported("csv")))
    assert first["extra_columns"] == ""
    assert json.loads(second["extra_columns"])["Firmware"] == "=2.4.1"
    assert json.loads(exported("jsonl").splitlines()[1])["extra_columns"]["Firmware"] == "=2.4.1"


def test_an_export_that_is_imported_again_changes_nothing(client):
    make_keeping()
    run(EXTRA_HEADER + extra_row() + extra_row("", "", "2019-05-28T10:55:10Z"))
    response = client.get("/api/messages/export/?format=csv")
    import_ = run(b"".join(response.streaming_content), "export.csv")
    assert counts(import_) == {"read": 2, "unchanged": 2}
    assert import_.layout["kept"] == ["extra_columns"]


def test_a_trial_shows_what_would_be_kept():
    client = api_client("ingestion.add_format")
    options = definition(header=EXTRA_HEADER.strip().split(";"), extra_columns="keep").as_json()
    file = SimpleUploadedFile("file.csv", (EXTRA_HEADER + extra_row()).encode())
    data = {"file": file, "format": json.dumps(options)}
    response = client.post("/api/formats/try/", data, format="multipart")
    assert response.status_code == 200, response.content
    assert response.json()["kept"] == ["Firmware", "Note"]
    assert response.json()["rows"][0]["record"]["extra_columns"] == {"Firmware": "2.4.1"}


def test_all_columns_of_the_format_are_fields():
    assert set(COLUMNS) == set(MESSAGE.names)
