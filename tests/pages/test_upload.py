"""Uploading in the browser."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ingestion import s3
from ingestion.models import Import
from messages_app.aws import s3_client
from tests.pages.conftest import LogIn, text_of

CSV = b"timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg\n1,a,b,c,2,d,3\n"


def post_file(
    client: Client, content: bytes = CSV, name: str = "data.csv", **fields: str
) -> HttpResponse:
    file = BytesIO(content)
    file.name = name
    data: dict[str, Any] = {"on_conflict": "keep", **fields, "file": file}
    answer: Any = client.post(reverse("upload"), data)
    return answer


def uploads_left(bucket: str) -> list[Any]:
    """Multipart uploads that were neither completed nor aborted."""
    return list(s3_client().list_multipart_uploads(Bucket=bucket).get("Uploads", []))


@pytest.fixture
def uploader(log_in: LogIn, aws: str) -> Client:
    return log_in("ingestion.add_import", "ingestion.view_import")


def test_an_uploaded_file_becomes_an_object_and_an_import_with_the_chosen_policy(
    uploader: Client, settings: LazySettings
) -> None:
    answer = post_file(uploader, on_conflict="replace")

    of = Import.objects.get()
    assert answer["Location"] == of.get_absolute_url()
    assert (of.on_conflict, of.file_name, of.created_by and of.created_by.username) == (
        "replace",
        "data.csv",
        "kim",
    )
    assert s3.read(settings.DATA_BUCKET, of.key) == CSV


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
    answer = post_file(uploader, content, name)

    assert answer.status_code == 400
    error = re.search(r"<p class=\"field-error\" data-upload-error[^>]*>([^<]*)", text_of(answer))
    assert error is not None
    assert sentence in error[1]
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


@pytest.mark.parametrize("limit", [10, 70_000], ids=["announced", "found while reading"])
def test_a_file_that_is_too_large_is_refused(
    limit: int, uploader: Client, settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = limit

    answer = post_file(uploader, b"x" * 80_000)

    assert answer.status_code == 400
    assert f"The file has more than {limit:,} bytes." in text_of(answer)
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_a_form_without_a_file_says_so(uploader: Client) -> None:
    answer = uploader.post(reverse("upload"), {"on_conflict": "keep"})

    assert answer.status_code == 400
    assert "Choose a file." in text_of(answer)


def test_an_unknown_policy_is_refused_and_the_file_thrown_away(
    uploader: Client, settings: LazySettings
) -> None:
    answer = post_file(uploader, on_conflict="overwrite")

    assert answer.status_code == 400
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_the_encoding_can_be_chosen(uploader: Client) -> None:
    post_file(uploader, encoding="windows-1252")

    assert Import.objects.get().encoding == "windows-1252"


def test_an_unknown_encoding_is_explained(uploader: Client, settings: LazySettings) -> None:
    answer = post_file(uploader, encoding="klingon")

    assert answer.status_code == 400
    assert "is not known. Name one such as utf-8" in text_of(answer)
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_an_upload_from_another_site_is_refused_and_thrown_away(
    log_in: LogIn, aws: str, settings: LazySettings
) -> None:
    client = log_in("ingestion.add_import", enforce_csrf_checks=True)

    answer = post_file(client)

    assert answer.status_code == 403
    assert "Go back, reload the page, and send it again." in answer.content.decode()
    assert not Import.objects.exists()
    assert not uploads_left(settings.DATA_BUCKET)


def test_an_upload_with_the_forms_token_is_taken(log_in: LogIn, aws: str) -> None:
    client = log_in("ingestion.add_import", enforce_csrf_checks=True)
    page = text_of(client.get(reverse("upload")))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None

    answer = post_file(client, csrfmiddlewaretoken=token[1])

    assert answer.status_code == 302
    assert Import.objects.count() == 1


def test_the_file_stands_last_in_the_form(uploader: Client) -> None:
    page = text_of(uploader.get(reverse("upload")))

    places = [page.index(f'name="{name}"') for name in ("on_conflict", "encoding", "file")]
    assert places == sorted(places)
