"""The id of a request leads on, through the queue, to the lines of the workers that it caused."""

import base64
import json
import subprocess

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from structlog.contextvars import clear_contextvars

from ingestion.aws import sqs
from ingestion.models import Import, State
from ingestion.running import lifecycle
from ingestion.running.tasks import CeleryQueue, plan_import
from project.celery import bind_request_id, forget_request_id
from tests.ingestion.helpers import HEADER, Tasks, lines, put, start
from tests.messages_app.api_client import api_client
from tests.support.processes import ROOT, stop, tethered, wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

ID = "01J9Z-abc.def:7"
PERMISSIONS = ("ingestion.add_import", "ingestion.view_import", "ingestion.change_import")
WORKER = "-m celery -A project worker --without-gossip --without-mingle --without-heartbeat"


def post(url, data=None, request_id=ID):
    """A request, sent to another process than this one."""
    headers = {"X-Request-ID": request_id}
    response = api_client(*PERMISSIONS).post(url, data, headers=headers)
    clear_contextvars()
    return response


def upload():
    """The import of a file that was uploaded by a request with the id."""
    file = SimpleUploadedFile("file.csv", (HEADER + lines(3)).encode())
    response = post("/api/imports/", {"file": file})
    return Import.objects.get(pk=response.json()["id"])


def ids_sent():
    """The request ids of the tasks that wait in the queue; they are taken out."""
    url = sqs.queue_url(configured.CELERY_QUEUE)
    found = sqs.receive(url, wait_seconds=0)
    sqs.delete(url, found)
    messages = [json.loads(base64.b64decode(one.body)) for one in found]
    return [message["headers"].get("request_id") for message in messages]


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_worker_have_the_id_of_the_upload_and_of_the_import(tmp_path):
    import_ = upload()
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(tethered(*WORKER.split()), cwd=ROOT, stdout=output, stderr=output)
    wait_until(lambda: Import.objects.get(pk=import_.pk).state == State.DONE, worker)
    stop(worker)
    written = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    about = [line for line in written if line.get("request_id") == ID]
    done = [line["import_id"] for line in about if line["event"] == "import done"]
    tasks = [line for line in written if line["event"].startswith("Task ")]
    assert done == [str(import_.pk)]
    assert [line["event"].split("[")[0] for line in tasks] == [
        "Task ingestion.plan_import",
        "Task ingestion.write_chunk",
    ]
    ids = {(line.get("request_id"), line.get("import_id")) for line in [*about, *tasks]}
    assert ids == {(ID, str(import_.pk))}


def test_a_plan_passes_the_id_on_to_the_chunks_that_it_sends():
    import_ = start(HEADER + lines(3), Tasks())
    plan_import.push_request(request_id=ID)
    bind_request_id(plan_import)
    plan_import.run(str(import_.pk))
    forget_request_id()
    plan_import.pop_request()
    assert ids_sent() == [ID]


@pytest.mark.parametrize("data", ["a b", "x" * 129, "a\nb", 7, ["a"], None])
def test_an_id_in_the_queue_that_could_do_harm_is_left_out(data):
    import_ = start(HEADER + lines(3), Tasks())
    plan_import.push_request(request_id=data)
    bind_request_id(plan_import)
    plan_import.run(str(import_.pk))
    forget_request_id()
    plan_import.pop_request()
    assert ids_sent() == [None]


def test_the_event_of_an_upload_sends_tasks_with_the_id_of_the_upload():
    import_ = upload()
    ids_sent()
    Import.objects.filter(pk=import_.pk).update(identity="")
    lifecycle.start(put(HEADER + lines(1), import_.key), CeleryQueue())
    assert ids_sent() == [ID]


def test_a_resumed_import_keeps_its_id():
    import_ = upload()
    ids_sent()
    lifecycle.resume(import_, CeleryQueue())
    lifecycle.import_again(import_, CeleryQueue())
    assert ids_sent() == [ID, ID]


def test_who_runs_an_import_again_gives_it_another_id():
    import_ = upload()
    ids_sent()
    lifecycle.cancel(import_)
    post(f"/api/imports/{import_.pk}/run-again/", request_id="again")
    import_.refresh_from_db()
    lifecycle.resume(import_, CeleryQueue())
    assert ids_sent() == ["again", "again"]


def test_a_file_that_no_request_brought_has_no_id():
    start(HEADER + lines(1), CeleryQueue())
    assert ids_sent() == [None]
