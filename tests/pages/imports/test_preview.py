"""Looking at a file before it is imported."""

import bz2
import gzip
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from common.aws.clients import dynamodb_client, s3_client
from ingestion.formats.models import Format
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.uploads.preview import PACKED_SAMPLE_BYTES, SAMPLE_BYTES, preview
from messages_app.models import Day
from tests.ingestion.helpers import HEADER, line, lines, run
from tests.ingestion.reading.formats.suggest.test_certain import OTHER_NAMES
from tests.pages.conftest import LogIn, text_of

AS_SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def uploader(log_in: LogIn, aws: str) -> Client:
    return log_in("ingestion.add_import")


def look(client: Client, content: str | bytes, name: str = "data.csv", **fields: Any) -> str:
    """What the page says of a file, its blanks made single."""
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    data = {"on_conflict": "keep", **fields, "file": file}
    response = client.post(reverse("upload-preview"), data, headers=AS_SCRIPT)
    return " ".join(response.content.decode().split())


def become(page: str) -> list[tuple[str, str]]:
    """What the rows would become: numbers and meanings."""
    listed = page.partition('<ul class="become">')[2].partition("</ul>")[0]
    return re.findall(r"<b>([\d,]+)</b> ([^<]*)</li>", listed)


def zipped(text: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("data.csv", text)
    return archive.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "csv": bytes,
    "csv.gz": gzip.compress,
    "csv.bz2": bz2.compress,
    "csv.zst": zstandard.compress,
    "csv.zip": zipped,
}


def test_the_first_rows_are_shown_as_they_would_be_stored(uploader: Client) -> None:
    page = look(uploader, HEADER + line(7, location="Malmö", local_avg="4.50"))

    assert "the whole file, 1 row" in page
    assert "separated by comma" in page
    for cell in ("2019-05-28", "10:40:07", "Malmö", "4.5", "9.09"):
        assert f">{cell}</td>" in page
    assert become(page) == [("1", "new records")]


def test_nothing_is_stored(uploader: Client, settings: LazySettings) -> None:
    look(uploader, HEADER + lines(3))

    assert not Import.objects.exists()
    assert not Day.objects.exists()
    assert "Contents" not in s3_client().list_objects_v2(Bucket=settings.DATA_BUCKET)
    assert dynamodb_client().scan(TableName=settings.MESSAGES_TABLE)["Count"] == 0


@pytest.mark.parametrize(
    ("policy", "consequence"),
    [
        ("keep", "stored beside the record that is there"),
        ("replace", "taking the place of the record that is there"),
        ("reject", "rejected"),
    ],
)
def test_rows_are_compared_with_the_table(policy: str, consequence: str, uploader: Client) -> None:
    run(HEADER + line(1) + line(2))

    page = look(uploader, HEADER + line(1) + line(2, avg=99) + line(3), on_conflict=policy)

    assert become(page) == [
        ("1", "new records"),
        ("1", "unchanged: an equal record is there"),
        ("1", f"in conflict with a different record, and {consequence}"),
    ]
    assert re.findall(r"state-(new|equal|conflict)", page) == ["equal", "conflict", "new"]


def test_rows_of_the_file_are_compared_with_each_other(uploader: Client) -> None:
    page = look(uploader, HEADER + line(1) + line(1) + line(2, second=1))

    assert [number for number, _ in become(page)] == ["1", "1", "1"]


def test_a_row_that_an_earlier_import_kept_beside_another_is_unchanged(uploader: Client) -> None:
    text = HEADER + line(1) + line(1, avg=99)
    run(text)

    assert become(look(uploader, text)) == [("2", "unchanged: an equal record is there")]


def test_faults_are_grouped_and_rows_that_have_them_not_compared(uploader: Client) -> None:
    wrong = line(1, avg="n/a") + line(2, avg="many") + line(3, location="")
    page = look(uploader, HEADER + wrong + line(4))

    assert become(page) == [("1", "new records"), ("3", "rejected")]
    groups = re.findall(r'<p class="fault-count"><b>(\d+)</b>.*?<p><b>([^<]*)</b>', page)
    assert groups == [("2", "local_avg"), ("1", "location")]
    assert '<code class="value">n/a</code>' in page


def test_columns_that_are_left_out_are_named(uploader: Client) -> None:
    header = HEADER.strip() + ";note\n"

    page = look(uploader, header.replace(",", ";") + line(1).strip().replace(",", ";") + ";hm\n")

    assert "separated by semicolon" in page
    assert "<code>note</code>" in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("data.csv", "", "The file is empty."),
        ("data.csv", HEADER, "The file has a header but no rows."),
        ("notes.txt", HEADER, "name must end in one of .csv"),
        ("data.csv.gz", HEADER, "The file cannot be unpacked"),
        ("data.csv", HEADER.encode() + line(1, location="Malmö").encode("cp1252"), "not UTF-8"),
    ],
)
def test_what_makes_a_file_fail_is_said_as_the_import_would(
    name: str, content: str | bytes, sentence: str, uploader: Client
) -> None:
    page = look(uploader, content, name)

    assert "this file cannot be imported yet" in page
    assert sentence in page.replace("&#x27;", "'")


def test_what_makes_a_file_wait_is_said_as_the_import_would(uploader: Client) -> None:
    page = look(uploader, HEADER.replace("source,", "") + lines(1))

    assert "somebody has to say how it is read" in page
    assert "The header lacks the column source. Say once which column is which." in page


def test_how_a_file_that_would_wait_is_likely_to_be_read_is_shown(uploader: Client) -> None:
    page = look(uploader, OTHER_NAMES.encode())
    assert "How it is likely to be read" in page
    assert "a guess, by the order only" in page
    assert "You will be asked: Timestamp says no zone." in page
    assert "Of the first 2 rows 2 would be stored." in page
    assert not Format.objects.exists()


def test_the_chosen_encoding_is_used(uploader: Client) -> None:
    content = HEADER.encode() + line(1, location="Malmö").encode("cp1252")

    page = look(uploader, content, encoding="windows-1252")

    assert ">Malmö</td>" in page


@pytest.mark.parametrize("fields", [{"encoding": "klingon"}, {"on_conflict": "overwrite"}])
def test_a_senseless_choice_is_explained(fields: dict[str, str], uploader: Client) -> None:
    page = look(uploader, HEADER + lines(1), **fields)

    assert re.search("is not known|is not one of the available choices", page)


def test_a_script_sends_the_beginning_alone(uploader: Client) -> None:
    whole = HEADER + lines(50)
    part = whole[: len(HEADER) + 400]

    page = look(uploader, part, size=len(whole))

    complete = part.count("\n") - 1
    assert f"the first {complete} rows; the file has more" in page


@pytest.mark.parametrize("ending", PACKERS)
def test_a_large_file_is_understood_from_its_beginning(ending: str) -> None:
    text = HEADER + "".join(line(number, location=f"place {number**5}") for number in range(40_000))
    content = PACKERS[ending](text.encode())
    sample = content[: SAMPLE_BYTES if ending == "csv" else PACKED_SAMPLE_BYTES]
    is_whole = sample == content

    seen = preview(f"data.{ending}", sample, is_whole=is_whole)

    assert len(seen.rows) == 1000
    assert seen.rejected == []
    assert not seen.is_whole
    assert seen.rows[-1].line == 1001


@pytest.mark.parametrize("ending", [one for one in PACKERS if one != "csv"])
@pytest.mark.parametrize("size", [0, 1, 20, 40])
def test_a_beginning_that_is_too_short_to_unpack_says_so(ending: str, size: int) -> None:
    sample = PACKERS[ending](HEADER.encode() * 50)[:size]

    with pytest.raises(FileError) as caught:
        preview(f"data.{ending}", sample, is_whole=False)

    assert caught.value.code in ("too_little", "no_header", "empty_file")


# Without a time in it, so that the tests have the same names in each process.
TWICE_COMPRESSED = gzip.compress(gzip.compress(HEADER.encode(), mtime=0), mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "encoding", "code"),
    [
        ("a.csv", HEADER.encode(), "utf-16", "wrong_encoding"),
        ("a.csv", HEADER.encode(), "punycode", "bad_encoding"),
        ("a.csv.gz", HEADER.encode() * 9, "", "broken_archive"),
        ("a.csv.zip", HEADER.encode() * 9, "", "broken_archive"),
        ("a.csv.gz", TWICE_COMPRESSED, "", "compressed_twice"),
    ],
)
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_file_that_is_not_what_it_is_said_to_be_is_told(
    name: str, content: bytes, encoding: str, code: str, is_whole: bool
) -> None:
    with pytest.raises(FileError) as caught:
        preview(name, content, is_whole=is_whole, encoding=encoding)

    assert caught.value.code == code


def test_the_files_of_systems_in_a_cut_archive_do_not_count() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("a/", "")
        writer.writestr("a/.DS_Store", "Bud1")
        writer.writestr("a/data.csv", HEADER + lines(500))

    seen = preview("a.csv.zip", archive.getvalue()[:3000], is_whole=False)

    assert seen.rows
    assert seen.rejected == []


def test_a_row_that_the_cut_goes_through_is_not_judged() -> None:
    text = (HEADER + lines(20) + '1559040000,"a place').encode()

    assert len(preview("data.csv", text, is_whole=False).rows) == 20
    assert len(preview("data.csv", text[:-30], is_whole=False).rows) == 19
    whole = preview("data.csv", text, is_whole=True)
    assert [fault.code for fault in whole.faults] == ["quote_not_closed"]


def test_without_the_table_the_rest_is_shown(log_in: LogIn, bare_aws: str) -> None:
    page = look(log_in("ingestion.add_import"), HEADER + lines(2))

    assert "The table does not answer at the moment" in page
    assert ">10:40:01</td>" in page


def test_without_scripts_it_is_a_page_with_the_form(uploader: Client) -> None:
    file = io.BytesIO((HEADER + lines(2)).encode())
    file.name = "data.csv"

    response = uploader.post(reverse("upload-preview"), {"on_conflict": "keep", "file": file})

    page = text_of(response)
    assert "data.csv: what an import would do" in page
    assert 'type="file"' in page
    assert f'formaction="{reverse("upload-preview")}"' in page


def test_a_form_without_a_file_says_so(uploader: Client) -> None:
    response = uploader.post(reverse("upload-preview"), {"on_conflict": "keep"})

    assert response.status_code == 400
    assert "Choose a file." in text_of(response)


def test_of_a_large_file_no_more_than_the_beginning_is_kept(uploader: Client) -> None:
    page = look(uploader, (HEADER + lines(60_000)).encode())

    assert "the first 1,000 rows; the file has more" in page


def test_it_needs_the_permission_to_upload_and_the_forms_token(log_in: LogIn, aws: str) -> None:
    stranger = Client().post(reverse("upload-preview"))
    assert stranger["Location"].startswith("/login/")

    client = log_in("ingestion.view_import", enforce_csrf_checks=True)
    assert client.post(reverse("upload-preview")).status_code == 403


def test_another_site_cannot_have_a_file_looked_at(log_in: LogIn, aws: str) -> None:
    client = log_in("ingestion.add_import", enforce_csrf_checks=True)
    file = io.BytesIO((HEADER + lines(1)).encode())
    file.name = "data.csv"

    response = client.post(reverse("upload-preview"), {"on_conflict": "keep", "file": file})

    assert response.status_code == 403
    assert "what an import would do" not in response.content.decode()
