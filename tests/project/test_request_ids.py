"""The id that leads from an answer to the lines in the log."""

import io
import json
import logging
from contextlib import closing, contextmanager
from uuid import UUID

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import include, path

from project.settings.logging import logging_config
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]

ID = "01J9Z-abc.def:7"


def failing(request):
    raise RuntimeError("broken")


def streaming(request):
    def parts():
        logging.getLogger("a.library").info("a part")
        yield b"part"

    return StreamingHttpResponse(parts())


urlpatterns = [
    path("api/failing/", failing),
    path("streaming/", streaming),
    path("", include("project.urls")),
]
handler404 = "project.http.error_views.not_found"
handler500 = "project.http.error_views.server_error"


@contextmanager
def logged(log_format):
    """The log's text, as it is written with this LOG_FORMAT."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    line = logging_config(log_format)["formatters"]["line"]
    handler.setFormatter(line.pop("()")(**line))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def lines():
    """Gives the lines of the log so far."""
    with logged("json") as stream:
        yield lambda: [json.loads(one) for one in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    "url", ["/healthz", "/login/", "/api/imports/", "/nothing/", "/streaming/"]
)
def test_each_answer_has_an_id_of_its_own(client, url):
    first, second = (client.get(url)["X-Request-ID"] for _ in range(2))
    assert UUID(first) != UUID(second)


def test_the_id_of_the_request_is_kept(client):
    assert client.get("/healthz", headers={"X-Request-ID": ID})["X-Request-ID"] == ID


@pytest.mark.parametrize(
    "data", ["", "a b", "a\\nlevel=error", "ä", '"}', "<script>", "x" * 129, "a\\n"]
)
def test_an_id_that_could_do_harm_is_replaced(client, data):
    response = client.get("/healthz", headers={"X-Request-ID": data})
    assert response["X-Request-ID"] == str(UUID(response["X-Request-ID"]))


def test_a_redirect_to_https_has_an_id_too(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/imports/", headers={"X-Request-ID": ID})
    assert (response.status_code, response["X-Request-ID"]) == (301, ID)


def test_a_request_is_one_line_without_its_query(client, lines):
    client.get("/api/nothing/?secret=word", headers={"X-Request-ID": ID})
    (line,) = lines()
    assert line.pop("milliseconds") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "project.http.middleware",
        "request_id": ID,
        "method": "GET",
        "path": "/api/nothing/",
        "status": 404,
        "user_id": None,
    }


def test_the_line_knows_the_user_of_a_token(lines):
    api_client("ingestion.view_import").get("/api/imports/")
    assert lines()[-1]["user_id"] is not None


def test_the_line_knows_the_user_of_a_session(django_user_model, lines):
    user = django_user_model.objects.create_user("kim")
    client = Client()
    client.force_login(user)
    client.get("/")
    assert lines()[-1]["user_id"] == user.pk


def test_the_line_is_no_reason_to_read_the_session(
    django_user_model, lines, django_assert_num_queries
):
    client = Client()
    client.force_login(django_user_model.objects.create_user("kim"))
    with django_assert_num_queries(0):
        client.get("/healthz")
    assert lines()[-1]["user_id"] is None


def test_a_failure_is_found_by_its_id(lines):
    response = Client(raise_request_exception=False).get("/api/failing/")
    found = [line for line in lines() if line["request_id"] == response.json()["request_id"]]
    assert any("broken" in line.get("exception", "") for line in found)
    assert [line["status"] for line in found if line["event"] == "request"] == [500]


def test_lines_of_an_answer_that_is_streamed_have_the_id(client, lines):
    response = client.get("/streaming/")
    assert b"".join(response) == b"part"
    (line,) = [line for line in lines() if line["event"] == "a part"]
    assert line["request_id"] == response["X-Request-ID"]


def test_files_of_the_pages_have_no_line(client, lines):
    with closing(client.get("/static/sluice/icon.svg")) as response:
        assert b"".join(response).startswith(b"<svg")
    assert lines() == []


def test_a_path_makes_no_second_line_on_the_console(client):
    with logged("console") as stream:
        client.get("/nothing%0Aforged/")
    assert len(stream.getvalue().splitlines()) == 1
