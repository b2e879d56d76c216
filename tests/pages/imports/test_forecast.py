"""Forecasts on the pages: asked for with the upload, looked at, made real."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from ingestion.models import Import
from tests.ingestion.helpers import HEADER, Tasks, line, lines, run
from tests.ingestion.running.writing.forecast.forecasting import forecast
from tests.pages.conftest import LogIn, MakeImport, text_of

pytestmark = [pytest.mark.django_db]

EDITOR = (
    *("ingestion.add_import", "ingestion.view_import", "ingestion.change_import"),
    "messages_app.view_message",
)


def send(client: Client, **fields: Any) -> Any:
    file = SimpleUploadedFile("file.csv", (HEADER + lines(2)).encode())
    return client.post(reverse("upload"), {"on_conflict": "keep", **fields, "file": file})


@pytest.mark.usefixtures("aws")
def test_the_upload_form_has_a_button_that_makes_a_forecast(log_in: LogIn) -> None:
    client = log_in(*EDITOR)
    assert "Forecast first" in text_of(client.get(reverse("upload")))
    send(client, dry_run="true")
    send(client)
    assert sorted(Import.objects.values_list("dry_run", flat=True)) == [False, True]


@pytest.mark.usefixtures("aws")
def test_its_page_shows_counts_examples_and_what_importing_takes(log_in: LogIn) -> None:
    run(HEADER + line(1, location="harbour"))
    import_ = forecast(HEADER + line(0) + line(1, location="library") + "wrong\n")
    page = text_of(log_in(*EDITOR).get(import_.get_absolute_url()))
    for text in ("would become records", "harbour", "library", "Import it now", "write unit"):
        assert text in page
    assert "3 rows: would be 1 new, 1 in conflict, 1 rejected" in page
    assert "Its new records" not in page


@pytest.mark.usefixtures("aws")
def test_what_records_hold_is_shown_to_those_alone_who_may_see_them(log_in: LogIn) -> None:
    run(HEADER + line(1, location="harbour"))
    import_ = forecast(HEADER + line(1, location="library"))
    client = log_in("ingestion.view_import")
    page = text_of(client.get(import_.get_absolute_url()))
    assert "harbour" not in page
    assert "library" not in page
    response = client.get(f"/api/imports/{import_.pk}/").json()["forecast"]
    assert (response["examples"], response["rows"]) == (None, 1)


@pytest.mark.usefixtures("aws")
def test_the_api_has_the_same_for_who_may_see_records(log_in: LogIn) -> None:
    run(HEADER + line(1, location="harbour"))
    import_ = forecast(HEADER + line(1, location="library"))
    client = log_in(*EDITOR)
    [one] = client.get(f"/api/imports/{import_.pk}/").json()["forecast"]["examples"]["conflict"]
    assert one["fields"] == [{"name": "location", "row": "library", "there": "harbour"}]
    [listed] = [
        one for one in client.get("/api/imports/").json()["results"] if one["id"] == str(import_.pk)
    ]
    assert listed["forecast"]["examples"] is None


@pytest.mark.usefixtures("aws")
def test_one_click_makes_it_real(log_in: LogIn) -> None:
    import_ = forecast(HEADER + lines(2))
    client = log_in(*EDITOR)
    response = client.post(reverse("import-run", args=[import_.pk]), follow=True)
    assert "The file is being imported." in text_of(response)
    again = client.post(reverse("import-run", args=[import_.pk]), follow=True)
    assert "Nothing was started" in text_of(again)
    assert AuditEntry.objects.get(action="made real").target == str(import_.pk)
    tasks = Tasks()
    tasks.plan(str(import_.pk))
    tasks.run()
    page = text_of(client.get(import_.get_absolute_url()))
    assert "2 rows: 2 new" in page
    assert "Imported after the forecast" in page


def test_who_may_not_change_imports_has_no_button(log_in: LogIn, make_import: MakeImport) -> None:
    import_ = make_import(state="done", dry_run=True, read=1, written=1)
    page = text_of(log_in("ingestion.view_import").get(import_.get_absolute_url()))
    assert "Import it now" not in page


def test_a_forecast_counts_in_no_overview(log_in: LogIn, make_import: MakeImport) -> None:
    make_import(state="done", dry_run=True, read=5, written=2, rejected=3)
    page = text_of(log_in("ingestion.view_import").get(reverse("home")))
    assert "rejected" not in page.partition("Mend them")[0] or "Mend them" not in page
