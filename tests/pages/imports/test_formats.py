"""Formats on pages: a waiting file is understood, formats are listed, tried, copied."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ingestion.formats.models import Format
from ingestion.models import Import, State
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import Tasks, counts, records, run
from tests.ingestion.reading.formats.suggest.test_certain import OTHER_NAMES
from tests.pages.conftest import LogIn, text_of

SCALED = {"column": "Local", "factor": "1000", "unit": "s"}
ZURICH = {"form": "pattern", "pattern": "%d.%m.%Y %H:%M", "zone": "Europe/Zurich"}
POSITIONS = {name: {"position": place} for place, name in enumerate(MESSAGE.names, start=1)}
RIGHTS = [f"ingestion.{one}_format" for one in ("view", "add", "change", "delete")]


@pytest.fixture
def operator(log_in: LogIn, aws: str) -> Client:
    return log_in(*RIGHTS, "ingestion.view_import", "ingestion.change_import")


def finish(import_: Import) -> None:
    tasks = Tasks()
    tasks.plan(str(import_.pk))
    tasks.run()


def test_a_waiting_file_is_read_as_its_page_shows_and_remembered(operator: Client) -> None:
    import_, alike = run(OTHER_NAMES), run(OTHER_NAMES + "\n", "b.csv")
    address = reverse("import-format", args=[import_.pk])
    page = text_of(operator.get(address))
    assert "Site becomes" in page
    assert '<option value="location" selected>Location</option>' in page
    assert "a guess, by the order only" in page
    assert "sure: it has the name" in page
    assert "the 1 other file that waits for the same answer" in page
    assert "<td>location-01</td><td>wireless</td>" in page
    assert "Of the first 2 rows 2 would be stored." in page
    response = operator.post(address, {"action": "remember", "name": "Loggers", "all": "on"})
    assert response["Location"] == import_.get_absolute_url()
    for one in (import_, alike):
        finish(one)
        assert counts(one)["read"] == 2
    assert Format.objects.get().name == "Loggers"
    assert "Loggers" in text_of(operator.get(import_.get_absolute_url()))


def test_answers_change_the_rows_that_are_shown_and_what_is_kept(operator: Client) -> None:
    import_ = run(OTHER_NAMES)
    address = reverse("import-format", args=[import_.pk])
    shown = text_of(operator.get(f"{address}?q.zone.timestamp=2"))
    assert "23:00:00" in shown
    answers = {"action": "once", "name": "x", "q.zone.timestamp": "2"}
    operator.post(address, answers)
    finish(import_)
    import_.refresh_from_db()
    assert import_.format_version.definition.columns["timestamp"].timestamp.zone == "Europe/Zurich"
    assert run(OTHER_NAMES + "\n", "b.csv").state == State.WAITING


def test_what_is_chosen_above_the_columns_is_what_is_read(operator: Client) -> None:
    import_ = run(OTHER_NAMES)
    address = reverse("import-format", args=[import_.pk])
    fields = ["timestamp", "remote_dest", "source", "", "local_avg", "location", "remote_avg"]
    said = {f"c.{place}": name for place, name in enumerate(fields)}
    page = text_of(operator.get(address, said))
    assert "<b>Local destination</b> is missing" in page
    said["k.local_dest"] = "the router"
    assert '<input id="k.local_dest" name="k.local_dest" value="the router"' in text_of(
        operator.get(address, said)
    )
    operator.post(address, {**said, "action": "remember", "name": "Loggers"})
    finish(import_)
    record = records("2026-11-23")[0].values
    assert (record["location"], record["remote_dest"]) == ("device-23", "location-01")
    assert record["local_dest"] == "the router"


def test_columns_of_one_field_are_joined_and_an_impossible_choice_is_told(operator: Client) -> None:
    import_ = run(OTHER_NAMES)
    address = reverse("import-format", args=[import_.pk])
    said = {"c.1": "location", "c.2": "location", "c.3": "source", "k.local_dest": "x"}
    assert "location-01 wireless" in text_of(operator.get(address, said))
    impossible = text_of(operator.get(address, said | {"c.2": "local_avg", "c.4": ""}))
    assert "Of the first 2 rows 0 would be stored" in impossible
    assert "is not a number" in impossible


def test_what_no_column_is_yet_is_told_by_its_name_and_nothing_is_imported(
    operator: Client,
) -> None:
    import_ = run("when;degrees\n2026-11-23T10:15:00Z;10.5\n2026-11-23T10:16:00Z;10.7\n")
    address = reverse("import-format", args=[import_.pk])
    page = text_of(operator.get(address))
    assert "<b>Location</b> is missing" in page
    assert "would be stored." not in page
    response = operator.post(address, {"action": "once", "name": "x"})
    assert response.status_code == 400
    assert re.search(r'role="alert">.*Location is missing: .* Remote average is', text_of(response))
    import_.refresh_from_db()
    assert import_.state == State.WAITING


def test_a_name_that_is_taken_is_told_on_the_page(operator: Client) -> None:
    make("Loggers")
    import_ = run(OTHER_NAMES)
    address = reverse("import-format", args=[import_.pk])
    response = operator.post(address, {"action": "remember", "name": "Loggers"})
    assert response.status_code == 400
    assert "is that of another format" in text_of(response)


def test_a_file_is_read_as_an_existing_format_or_its_changed_header_accepted(
    operator: Client,
) -> None:
    made = make(key_pattern="plant-a/*.csv")
    import_ = run(FILE.replace("When;Site", "Site;When"), "plant-a/x.csv")
    address = reverse("import-format", args=[import_.pk])
    assert "accept the header" in text_of(operator.get(address))
    operator.post(address, {"action": "accept", "format": made.pk})
    import_.refresh_from_db()
    assert (import_.state, import_.format_version.number) == (State.QUEUED, 2)
    other = run(FILE, "elsewhere.csv")
    address = reverse("import-format", args=[other.pk])
    operator.post(address, {"action": "existing", "format": made.pk})
    other.refresh_from_db()
    assert other.format_version.format == made


def test_a_page_of_a_file_that_is_no_table_says_so(operator: Client) -> None:
    make()
    import_ = run("a\n1\n", format="Nobody")
    page = text_of(operator.get(reverse("import-format", args=[import_.pk])))
    assert "it has no rows with two or more columns" in page


def test_columns_of_no_field_become_what_is_said_on_the_page(operator: Client) -> None:
    import_ = run(OTHER_NAMES)
    address = reverse("import-format", args=[import_.pk])
    assert "are kept as text" in text_of(operator.get(address))
    sent = {"action": "remember", "name": "Loggers", "extra_columns": "keep"}
    wrong = operator.post(address, sent | {"extra_columns": "eaten"})
    assert (wrong.status_code, Format.objects.count()) == (400, 0)
    operator.post(address, sent)
    assert Format.objects.get().current.options["extra_columns"] == "keep"


def test_a_kind_leads_to_its_imports_and_to_a_look_at_a_file(log_in: LogIn, aws: str) -> None:
    rights = ("messages_app.view_kind", "ingestion.view_import", "ingestion.add_import")
    operator = log_in(*rights)
    make()
    run(FILE, "own.csv")
    page = text_of(operator.get(reverse("kind", args=["messages"])))
    assert 'href="/imports/?kind=messages"' in page
    assert 'href="/upload/?kind=messages"' in page
    assert "own.csv" in text_of(operator.get("/imports/?kind=messages"))
    assert operator.get("/imports/?kind=unknown").status_code == 400
    assert '<option value="messages" selected>' in text_of(operator.get("/upload/?kind=messages"))


def test_an_import_that_does_not_wait_has_no_such_page(operator: Client) -> None:
    import_ = run(OTHER_NAMES)
    Import.objects.update(state=State.CANCELLED)
    response = operator.get(reverse("import-format", args=[import_.pk]))
    assert response["Location"] == import_.get_absolute_url()


def test_formats_are_listed_tried_exported_copied_changed_and_deleted(operator: Client) -> None:
    made = make()
    run(FILE)
    assert "Plant A" in text_of(operator.get(reverse("formats")))
    address = reverse("format", args=[made.pk])
    assert "1 import" in text_of(operator.get(address))
    tried = text_of(operator.post(address, {"sample": FILE + "x;y\n"}))
    assert "3 rows, 1 rejected" in tried
    file = SimpleUploadedFile("loggers.csv", (FILE + "x;y\n").encode())
    assert "loggers.csv: 3 rows, 1 rejected" in text_of(operator.post(address, {"file": file}))
    assert "no line like the format" in text_of(operator.post(address, {"sample": "a,b\n1,2"}))
    exported = json.loads(operator.get(reverse("format-export", args=[made.pk])).content)
    exported["key_pattern"] = "b/*.csv"
    new = reverse("format-new")
    assert "When" in operator.get(f"{new}?copy={made.pk}").content.decode()
    assert operator.post(new, {"text": "{", "name": "x"}).status_code == 400
    operator.post(new, {"text": json.dumps(exported), "name": "Plant B"})
    assert Format.objects.get(name="Plant B").key_pattern == "b/*.csv"
    edit = reverse("format-edit", args=[made.pk])
    change = sent_by(text_of(operator.get(edit))) | {"missing": "NaN\r\n"}
    refused = operator.post(edit, change | {"key_pattern": "b/*.csv"})
    assert "claims the same keys" in text_of(refused)
    assert 'value="b/*.csv"' in text_of(refused)
    operator.post(edit, change)
    made.refresh_from_db()
    assert (made.version, made.current.definition.missing) == (2, ("NaN",))
    operator.post(reverse("format-delete", args=[made.pk]), follow=True)
    assert "Plant A" not in text_of(operator.get(reverse("formats")))
    assert "recognises no more files" in text_of(operator.get(address))


def sent_by(page: str) -> dict[str, Any]:
    """What a browser sends of the form, as it stands."""
    sent: dict[str, Any] = {}
    form = page[page.index('<form class="kind-form"') :]
    form = form[: form.index("</form>")]
    for name, value in re.findall(r'<input id="[^"]*" name="([^"]*)" value="([^"]*)"', form):
        sent[name] = unescape(value)
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)<', form):
        sent[name] = unescape(text)
    for name, some in re.findall(r'<select[^>]* name="([^"]*)">(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', some)
        sent.setdefault(name, []).append(unescape(chosen[1]) if chosen else "")
    return sent | dict.fromkeys(re.findall(r'name="([^"]*)" checked', form), "on")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"units_row": True, "decimal_mark": ",", "missing": ["-", "n/a"], "delimiter": "\t"},
        {"key_pattern": "a/*.csv", "extra_columns": "keep", "on_conflict": "replace"},
        {"columns": {"source": {"constant": "x"}, "local_avg": SCALED}},
        {"columns": {"timestamp": {"columns": ["When", "Site"], "timestamp": ZURICH}}},
        {"header": [], "skip_lines": 3, "columns": POSITIONS},
    ],
)
def test_a_format_whose_form_is_sent_as_it_stands_is_the_same(
    options: dict[str, Any], operator: Client
) -> None:
    made = make(**options)
    edit = reverse("format-edit", args=[made.pk])
    response = operator.post(edit, sent_by(text_of(operator.get(edit))))
    assert response.status_code == 302, text_of(response)
    made.refresh_from_db()
    assert made.version == 1


def test_the_overview_says_that_files_wait(operator: Client) -> None:
    run(OTHER_NAMES)
    assert "1 import waits until somebody says" in text_of(operator.get(reverse("home")))
    assert "file.csv" in text_of(operator.get(f"{reverse('imports')}?state=waiting"))
