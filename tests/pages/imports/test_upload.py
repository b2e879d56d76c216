"""Uploading in the browser."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from common.aws import s3
from common.aws.clients import s3_client
from ingestion.formats.versions import retire
from ingestion.models import Import
from ingestion.running import lifecycle
from ingestion.uploads.presigned import presign
from tests.ingestion.formats.making import make
from tests.ingestion.helpers import Tasks
from tests.ingestion.letters import waiting_tasks
from tests.pages.conftest import LogIn, MakeImport, text_of

CSV = b"timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg\n1,a,b,c,2,d,3\n"


def post_file(
    client: Client,
    content: bytes = CSV,
    name: str = "data.csv",
    *,
    as_script: bool = False,
    **fields: str,
) -> HttpResponse:
    file = BytesIO(content)
    file.name = name
    data: dict[str, Any] = {"on_conflict": "keep", **fields, "file": file}
    headers = {"HX-Request": "true"} if as_script else {}
    response: Any = client.post(reverse("upload"), data, headers=headers)
    return response


def uploads_left(bucket: str) -> list[Any]:
    """Multipart uploads that were neither completed nor aborted."""
    return list(s3_client().list_multipart_uploads(Bucket=bucket).get("Uploads", []))


@pytest.fixture
def uploader(log_in: LogIn, aws: str) -> Client:
    return log_in("ingestion.add_import", "ingestion.view_import")


def test_an_uploaded_file_becomes_an_object_and_an_import_with_the_chosen_policy(
    uploader: Client, settings: LazySettings
) -> None:
    response = post_file(uploader, on_conflict="replace")

    import_ = Import.objects.get()
    assert response["Location"] == import_.get_absolute_url()
    assert (
        import_.on_conflict,
        import_.file_name,
        import_.created_by and import_.created_by.username,
    ) == (
        "replace",
        "data.csv",
        "kim",
    )
    assert s3.read(settings.DATA_BUCKET, import_.key) == CSV


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.txt", CSV, "The file&#x27;s name must end in one of .csv"),
        ("data.csv", b"", "The file is empty."),
    ],
)
def test_a_refused_file_is_explained_at_the_field_and_leaves_nothing(
    name: str, content: bytes, sentence: str, uploader: Client, settings: LazySettings
) -> None:
    response = post_file(uploader, content, name)

    assert response.status_code == 400
    error = re.search(r"<p class=\"field-error\" data-upload-error[^>]*>([^<]*)", text_of(response))
    assert error is not None
    assert sentence in error[1]
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


@pytest.mark.parametrize("limit", [10, 70_000], ids=["announced", "found while reading"])
def test_a_file_that_is_too_large_is_refused(
    limit: int, uploader: Client, settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = limit

    response = post_file(uploader, b"x" * 80_000)

    assert response.status_code == 400
    assert f"The file has more than {limit:,} bytes." in text_of(response)
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_a_form_without_a_file_says_so(uploader: Client) -> None:
    response = uploader.post(reverse("upload"), {"on_conflict": "keep"})

    assert response.status_code == 400
    assert "Choose a file." in text_of(response)


def test_an_unknown_policy_is_refused_and_the_file_thrown_away(
    uploader: Client, settings: LazySettings
) -> None:
    response = post_file(uploader, on_conflict="overwrite")

    assert response.status_code == 400
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_the_encoding_can_be_chosen(uploader: Client) -> None:
    post_file(uploader, encoding="windows-1252")

    assert Import.objects.get().encoding == "windows-1252"


def test_the_format_can_be_chosen_of_those_that_there_are(uploader: Client) -> None:
    made = make()
    page = uploader.get("/upload/").content.decode()
    assert f'<option value="{made.pk}">Plant A</option>' in page
    assert '<details class="upload-options">' in page

    post_file(uploader, format=str(made.pk))
    assert Import.objects.get().format_version == made.current

    retire(made)
    refused = post_file(uploader, format=str(made.pk))
    assert "This format no longer exists." in refused.content.decode()
    assert '<details class="upload-options" open>' in refused.content.decode()


def test_an_unknown_encoding_is_explained(uploader: Client, settings: LazySettings) -> None:
    response = post_file(uploader, encoding="klingon")

    assert response.status_code == 400
    assert "is not known. Name one such as utf-8" in text_of(response)
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_an_upload_from_another_site_is_refused_and_thrown_away(
    log_in: LogIn, aws: str, settings: LazySettings
) -> None:
    client = log_in("ingestion.add_import", enforce_csrf_checks=True)

    response = post_file(client)

    assert response.status_code == 403
    assert "Go back, reload the page, and send it again." in response.content.decode()
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_an_upload_with_the_forms_token_is_taken(log_in: LogIn, aws: str) -> None:
    client = log_in("ingestion.add_import", enforce_csrf_checks=True)
    page = text_of(client.get(reverse("upload")))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None

    response = post_file(client, csrfmiddlewaretoken=token[1])

    assert response.status_code == 302
    assert Import.objects.count() == 1


def test_an_upload_is_written_into_the_audit_trail(uploader: Client) -> None:
    post_file(uploader)

    entry = AuditEntry.objects.get()
    assert (entry.user_name, entry.action, entry.channel) == ("kim", "uploaded", "page")
    assert (entry.kind, entry.target) == ("import", str(Import.objects.get().pk))


def test_who_may_not_see_imports_is_told_that_the_file_arrived(log_in: LogIn, aws: str) -> None:
    client = log_in("ingestion.add_import")

    response = post_file(client)

    assert response["Location"] == reverse("upload")
    page = text_of(client.get(response["Location"]))
    assert "data.csv was uploaded, and is being imported." in page


def test_a_script_has_the_result_in_the_place_of_a_page(uploader: Client) -> None:
    response = post_file(uploader, as_script=True)

    import_ = Import.objects.get()
    assert response.status_code == 201
    part = response.content.decode()
    assert part.strip().startswith('<div class="upload-result"')
    assert f'hx-get="{reverse("upload-result", args=[import_.pk])}"' in part
    assert f'href="{import_.get_absolute_url()}"' in part


@pytest.mark.parametrize(
    ("name", "content", "fields", "sentence"),
    [
        ("notes.txt", CSV, {}, "The file's name must end in one of .csv"),
        ("data.csv", b"", {}, "The file is empty."),
        ("data.csv", CSV, {"encoding": "klingon"}, "'klingon' is not known"),
        ("data.csv", CSV, {"encoding": "utf-7"}, "'utf-7' is not an encoding of files"),
        ("data.csv", CSV, {"on_conflict": "overwrite"}, "overwrite is not one of"),
    ],
)
def test_a_script_is_told_of_a_refusal_in_a_sentence(
    name: str, content: bytes, fields: dict[str, str], sentence: str, uploader: Client
) -> None:
    response = post_file(uploader, content, name, as_script=True, **fields)

    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert sentence in response.content.decode()
    assert "<" not in response.content.decode()


def result(client: Client, import_: Import) -> str:
    return " ".join(
        client.get(reverse("upload-result", args=[import_.pk])).content.decode().split()
    )


def test_the_result_tells_the_receipt_in_words_when_the_import_has_ended(
    uploader: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing", read=1200, written=1200, bytes_total=10, bytes_done=3)
    assert "1,200 rows: 1,200 new so far" in result(uploader, import_)
    assert 'value="30"' in result(uploader, import_)
    assert "hx-get" in result(uploader, import_)

    Import.objects.update(state="done", read=2021, unchanged=820, kept=1)

    ended = result(uploader, import_)
    assert "2,021 rows: 1,200 new, 820 unchanged, 1 kept beside another</span>" in ended
    assert "hx-get" not in ended


def test_the_result_of_a_failed_import_says_why(uploader: Client, make_import: MakeImport) -> None:
    import_ = make_import(
        state="failed", layout={}, error_detail="The header lacks the column source."
    )

    assert "The header lacks the column source." in result(uploader, import_)


def test_a_result_is_shown_to_the_uploader_and_to_those_who_may_see_imports(
    log_in: LogIn, make_import: MakeImport
) -> None:
    import_ = make_import(state="done", read=1, written=1)
    client = log_in("ingestion.add_import")
    url = reverse("upload-result", args=[import_.pk])
    assert client.get(url).status_code == 403

    Import.objects.update(created_by=User.objects.get())

    assert client.get(url).status_code == 200
    assert "/imports/" not in client.get(url).content.decode()


@pytest.fixture
def announced(uploader: Client, settings: LazySettings) -> Import:
    """An import whose file kim may post straight to S3."""
    presign("large.csv", 100, "replace", "", User.objects.get())
    return Import.objects.get()


def confirm(client: Client, import_: Import) -> HttpResponse:
    response: Any = client.post(reverse("upload-confirm", args=[import_.pk]))
    return response


def test_a_file_that_was_sent_straight_to_s3_is_imported_at_once(
    uploader: Client, announced: Import
) -> None:
    s3_client().put_object(Bucket=announced.bucket, Key=announced.key, Body=CSV)

    response = confirm(uploader, announced)

    assert response.status_code == 200
    assert 'class="upload-result"' in response.content.decode()
    import_ = Import.objects.get()
    assert (import_.pk, import_.on_conflict, import_.bytes_total) == (
        announced.pk,
        "replace",
        len(CSV),
    )
    assert waiting_tasks() == 1
    assert AuditEntry.objects.get().action == "uploaded"


def test_of_a_file_that_did_not_arrive_in_s3_nothing_is_left(
    uploader: Client, announced: Import
) -> None:
    response = confirm(uploader, announced)

    assert response.status_code == 204
    assert not Import.objects.exists()
    assert not AuditEntry.objects.exists()


def test_settling_does_no_harm_to_an_import_that_its_event_started(
    uploader: Client, announced: Import
) -> None:
    s3_client().put_object(Bucket=announced.bucket, Key=announced.key, Body=CSV)
    stored = s3.head(announced.bucket, announced.key)
    assert stored is not None
    lifecycle.start(stored, Tasks())
    s3_client().delete_object(Bucket=announced.bucket, Key=announced.key)

    assert confirm(uploader, announced).status_code == 200
    assert Import.objects.get().pk == announced.pk


def test_only_the_uploader_settles_an_upload(announced: Import) -> None:
    other = User.objects.create_superuser("lee")
    client = Client()
    client.force_login(other)

    assert confirm(client, announced).status_code == 404
    assert Import.objects.exists()


def test_the_file_stands_last_in_the_form(uploader: Client) -> None:
    page = text_of(uploader.get(reverse("upload")))

    places = [page.index(f'name="{name}"') for name in ("on_conflict", "encoding", "file")]
    assert places == sorted(places)
