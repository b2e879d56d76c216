"""Requests that a page of another site made a browser send, and those that are too large."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from common.aws.clients import s3_client
from ingestion.models import Import
from tests.messages_app.api_client import api_client
from tests.pages.conftest import LogIn, MakeImport, text_of
from tests.support.addresses import all_addresses


@pytest.fixture
def strict(db: None) -> Client:
    """The browser of an administrator, with all checks."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("kim"))
    return client


def token_in(page: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(page))
    assert found
    return found[1]


def test_no_address_takes_a_form_without_the_token(
    strict: Client, aws: str, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing")
    addresses = all_addresses(pk=str(import_.pk))
    assert f"/imports/{import_.pk}/cancel/" in addresses

    taken = {one for one in addresses if strict.post(one).status_code != 403}

    assert taken == set()
    assert strict.get("/").status_code == 200  # and is still logged in


@pytest.mark.parametrize("address", ["/login/", "/password/", "/upload/", "/admin/auth/group/add/"])
def test_a_form_with_the_token_is_refused_when_it_comes_from_another_site(
    address: str, strict: Client, aws: str
) -> None:
    token = token_in(strict.get("/password/"))
    form = {"csrfmiddlewaretoken": token}

    foreign = strict.post(address, form, headers={"Origin": "https://evil.example"})
    own = strict.post(address, form, headers={"Origin": "http://testserver"})

    assert (foreign.status_code, own.status_code < 403) == (403, True)


def test_other_methods_of_the_api_need_the_token_too(strict: Client, aws: str) -> None:
    address = "/api/messages/2019-05-28/10:55:09/"

    for method in (strict.put, strict.patch, strict.delete):
        assert method(address, {}, content_type="application/json").status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "127.0.0.1@evil"])
@pytest.mark.parametrize("address", ["/", "/login/", "/api/messages/"])
def test_a_host_name_that_nobody_knows_is_refused(address: str, host: str, client: Client) -> None:
    assert client.get(address, headers={"Host": host}).status_code == 400


MANY = 3_000_000


def test_a_body_that_is_too_large_is_refused_before_it_is_read(log_in: LogIn) -> None:
    class Body:
        """Says that it is long, and must not be read."""

        def read(self, *_: Any) -> bytes:
            raise AssertionError("it was read")

        readline = read

    response = log_in().post(
        "/password/", content_type="text/plain", CONTENT_LENGTH=str(MANY), **{"wsgi.input": Body()}
    )

    assert response.status_code == 413
    assert "A request can have at most 2,621,440 bytes." in text_of(response)


def test_the_api_refuses_large_json_with_a_problem(db: None) -> None:
    client = api_client("messages_app.add_message")

    response = client.post("/api/messages/", "[" * MANY, content_type="application/json")

    assert response.status_code == 413
    assert response.json()["detail"] == "A body can have at most 2,621,440 bytes."


def test_a_form_with_large_fields_is_refused(log_in: LogIn) -> None:
    response = log_in().post("/password/", {"old_password": "x" * MANY})

    assert response.status_code == 400


def test_a_form_with_too_many_fields_is_refused(log_in: LogIn) -> None:
    response = log_in().post("/password/", {f"field-{number}": "" for number in range(1100)})

    assert response.status_code == 400


def upload(client: Any, address: str, *sizes: int) -> HttpResponse:
    """One file for each size."""
    boundary = "between"
    parts = [
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{number}.csv"\r\n\r\n' + "x" * size
        for number, size in enumerate(sizes)
    ]
    body = "\r\n".join([*parts, f"--{boundary}--\r\n"])
    response: HttpResponse = client.generic(
        "POST", address, body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    return response


@pytest.fixture(params=["page", "api"])
def uploader(request: pytest.FixtureRequest, log_in: LogIn, aws: str) -> tuple[Any, str]:
    if request.param == "page":
        return log_in("ingestion.add_import"), "/upload/"
    return api_client("ingestion.add_import"), "/api/imports/"


def nothing_is_left(bucket: str) -> bool:
    uploads = s3_client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    objects = s3_client().list_objects_v2(Bucket=bucket).get("Contents", [])
    return not uploads and not objects and not Import.objects.exists()


def test_a_file_that_is_too_large_is_refused_while_it_arrives(
    uploader: tuple[Any, str], settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000

    response = upload(*uploader, 130_000)

    assert response.status_code == 400
    assert "more than 100,000 bytes" in response.content.decode()
    assert nothing_is_left(settings.DATA_BUCKET)


def test_several_files_in_one_request_are_refused(
    uploader: tuple[Any, str], settings: LazySettings
) -> None:
    response = upload(*uploader, 10, 10)

    assert response.status_code == 400
    assert nothing_is_left(settings.DATA_BUCKET)
