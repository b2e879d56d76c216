"""A client cannot move the site to another path."""

import http.client
import subprocess

from tests.support.ports import free_port
from tests.support.processes import ROOT, responses, stop, tethered, wait_until


def test_a_header_that_names_a_script_is_ignored() -> None:
    port = free_port()
    command = ["-m", "gunicorn", "project.wsgi", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(tethered(*command, "--no-control-socket"), cwd=ROOT)
    wait_until(lambda: responses(f"http://127.0.0.1:{port}/healthz"), server)

    found = {}
    for script in ("/login", "/elsewhere", "//example.org"):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/login/", headers={"SCRIPT_NAME": script})
        response = connection.getresponse()
        found[script] = (response.status, script.encode() + b"/static" in response.read())
        connection.close()
    stop(server)

    assert set(found.values()) == {(200, False)}
