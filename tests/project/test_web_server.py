"""What gunicorn answers where no view can, and which connections it goes on with."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.processes import ROOT, responses, stop, tethered, wait_until


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[http.client.HTTPConnection]:
    port = free_port()
    command = tethered("-m", "gunicorn", "project.wsgi", "--bind", f"127.0.0.1:{port}")
    log_file: Path = tmp_path_factory.mktemp("web") / "log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--no-control-socket"], cwd=ROOT, stdout=log, stderr=log
        )
        wait_until(lambda: responses(f"http://127.0.0.1:{port}/healthz"), process)
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        yield client
        client.close()
        stop(process)


def test_an_address_that_is_too_long_is_told_so_in_problem_details(connection):
    connection.request("GET", "/api/messages/?" + "location=somewhere&" * 600)
    response = connection.getresponse()
    assert response.status == 414
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.load(response)
    assert problem["code"] == "address_too_long"
    assert problem["request_id"] == response.headers["X-Request-ID"]


def test_a_long_filter_is_read(connection):
    connection.request("GET", "/api/messages/?" + "location=somewhere&" * 400)
    response = connection.getresponse()
    assert response.status == 401
    response.read()


def test_the_connection_of_an_upload_that_is_refused_unread_is_closed(connection):
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    connection.request("POST", "/api/imports/", b"--x\r\n" + b"a" * 300_000, kind)
    response = connection.getresponse()
    assert response.status == 401
    assert response.headers["Connection"] == "close"
    response.read()


def test_other_connections_stay(connection):
    connection.request("GET", "/api/imports/")
    response = connection.getresponse()
    assert response.status == 401
    assert response.headers["Connection"] == "keep-alive"
    response.read()
