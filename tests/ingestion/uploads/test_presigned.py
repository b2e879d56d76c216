"""Files that programs send straight to S3, to an address that they asked for."""

import urllib.error
import urllib.request
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from ingestion.models import Import, State
from ingestion.running import lifecycle
from ingestion.running.listener import Listener
from ingestion.running.recovery import resume_stalled
from tests.ingestion.helpers import HEADER, Tasks, averages, counts, line, lines, put, run
from tests.ingestion.responses import faults_of, json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

ADDRESS = "/api/imports/presigned/"
FILE = HEADER + lines(2)
BOUNDARY = "----boundary-of-a-test"


@pytest.fixture
def client(db):
    return api_client("ingestion.add_import", "ingestion.view_import", "ingestion.change_import")


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def listen(tasks, settings):
    """Handles the bucket's events, then does all work."""
    settings.POLL_SECONDS = 2  # an event takes a moment to arrive

    def once():
        Listener(tasks).listen_once()
        tasks.run()

    return once


def ask(client, file_name="file.csv", **body):
    response = client.post(ADDRESS, {"file_name": file_name, **body}, format="json")
    assert response.status_code == 201
    return json_of(response)


def post(granted, content=FILE, **changed):
    """Send the form that was granted, as a program does; S3's status."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (granted["fields"] | changed).items()
    ]
    disposition = 'form-data; name="file"; filename="any name.csv"'
    parts.append(
        f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n"
    )
    request = urllib.request.Request(
        granted["url"],
        "".join(parts).encode(),
        {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def put_at(granted, content):
    """Put an object at the key, past the form."""
    return put(content, key=granted["import"]["key"])


def the_import(granted):
    return Import.objects.get(pk=granted["import"]["id"])


def let_pass(granted, **time):
    waited = timezone.now() - timedelta(**time)
    Import.objects.filter(pk=granted["import"]["id"]).update(progress_at=waited)


def test_a_file_that_is_posted_to_the_address_is_imported(client, listen):
    granted = ask(client, size=len(FILE))
    assert post(granted) in (200, 204)
    listen()
    import_ = the_import(granted)
    assert Import.objects.count() == 1
    assert (import_.state, counts(import_)) == (State.DONE, {"read": 2, "written": 2})
    assert averages() == [0, 1]


def test_the_answer_tells_the_import_the_limit_and_the_end(client):
    before = timezone.now()
    response = client.post(ADDRESS, {"file_name": "büro 1.csv", "size": 100}, format="json")
    body = json_of(response)
    import_ = Import.objects.get()
    assert response["Location"] == f"http://testserver/api/imports/{import_.pk}/"
    assert body["import"] == json_of(client.get(response["Location"]))
    assert (body["import"]["state"], body["import"]["created_by"]) == ("queued", "user-0")
    assert body["import"]["key"].endswith(f"/{import_.pk}/büro 1.csv")
    assert (body["max_bytes"], import_.max_bytes) == (100, 100)
    expiry = datetime.fromisoformat(body["expires_at"]) - before
    assert timedelta(minutes=15) <= expiry < timedelta(minutes=16)


def test_the_chosen_policy_and_encoding_hold(client, listen):
    run(HEADER + line(1, avg="5"))
    granted = ask(client, on_conflict="replace", encoding="windows-1252")
    post(granted, HEADER + line(1, avg="6"))
    listen()
    assert counts(the_import(granted)) == {"read": 1, "replaced": 1}
    assert the_import(granted).encoding == "cp1252"
    assert averages() == [6]


def test_without_a_size_the_limit_of_all_uploads_holds(client, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    assert ask(client)["max_bytes"] == 1000


def test_no_more_is_granted_than_s3_takes_in_one_request(client, settings):
    settings.MAX_UPLOAD_BYTES = 10 * 1024**4
    assert ask(client)["max_bytes"] == 5 * 1024**3


@pytest.mark.parametrize("content", [FILE + "x", ""])
def test_s3_refuses_a_file_of_another_size(client, listen, content):
    granted = ask(client, size=len(FILE))
    assert post(granted, content) == 400
    listen()
    assert the_import(granted).state == State.QUEUED


@pytest.mark.parametrize("name", ["Hunt.Csv", "FILE.CSV"])
def test_the_case_of_a_suffix_does_not_matter(client, listen, name):
    granted = ask(client, file_name=name)
    post(granted)
    listen()
    assert counts(the_import(granted)) == {"read": 2, "written": 2}


def test_s3_refuses_another_key(client):
    assert post(ask(client), key="uploads/other.csv") == 403


def test_s3_refuses_a_file_that_comes_too_late(client, settings):
    settings.PRESIGNED_SECONDS = -1
    assert post(ask(client)) == 403


REFUSED = [
    ({"file_name": "file.xls"}, "file_name"),
    ({"file_name": ""}, "file_name"),
    ({"size": 0}, "size"),
    ({"size": -5}, "size"),
    ({"size": 1.5}, "size"),
    ({"size": "many"}, "size"),
    ({"size": True}, "size"),
    ({"size": 1001}, "size"),
    ({"on_conflict": "overwrite"}, "on_conflict"),
    ({"encoding": "klingon"}, "encoding"),
    ({"encoding": "idna"}, "encoding"),
    ({"onconflict": "reject"}, "onconflict"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_a_refused_request_names_the_field_and_leaves_nothing_behind(client, settings, body, field):
    settings.MAX_UPLOAD_BYTES = 1000
    response = client.post(ADDRESS, {"file_name": "file.csv", **body}, format="json")
    assert list(faults_of(response)) == [field]
    assert not Import.objects.exists()


def test_a_body_that_is_no_object_is_refused(client):
    assert client.post(ADDRESS, ["file.csv"], format="json").status_code == 400


def test_asking_needs_the_permission_to_add():
    client = api_client("ingestion.view_import", "ingestion.change_import")
    assert client.post(ADDRESS, {"file_name": "a.csv"}, format="json").status_code == 403
    assert not Import.objects.exists()


def test_an_object_that_is_too_large_fails_and_is_not_read(client, listen, tasks):
    granted = ask(client, size=10)
    put_at(granted, FILE)
    listen()
    import_ = the_import(granted)
    assert (import_.state, import_.error_code) == (State.FAILED, "too_large")
    assert f"{len(FILE)} bytes, but 10" in import_.error_detail
    assert Import.objects.count() == 1
    assert averages() == []


@pytest.mark.parametrize("first", ["run again", "cancelled"])
def test_an_object_that_is_too_large_is_not_read_later_either(client, listen, tasks, first):
    granted = ask(client, size=10)
    if first == "cancelled":
        lifecycle.cancel(the_import(granted))
    put_at(granted, FILE)
    listen()
    response = client.post(f"/api/imports/{granted['import']['id']}/run-again/")
    assert response.status_code == 409
    assert "larger than was agreed upon" in json_of(response)["detail"]
    assert tasks.waiting == []


@pytest.mark.parametrize(("minutes", "state"), [(29, "queued"), (31, "failed")])
def test_an_import_whose_file_never_came_fails_some_time_after_the_end(
    client, tasks, minutes, state
):
    granted = ask(client)
    let_pass(granted, minutes=minutes)
    resume_stalled(tasks)
    import_ = the_import(granted)
    assert import_.state == state
    assert import_.error_code == ("not_uploaded" if state == "failed" else "")
    assert tasks.waiting == []


def test_an_import_without_a_file_cannot_be_run_again(client, tasks):
    granted = ask(client)
    lifecycle.cancel(the_import(granted))
    response = client.post(f"/api/imports/{granted['import']['id']}/run-again/")
    assert response.status_code == 409
    assert "never uploaded" in json_of(response)["detail"]


def test_a_file_that_comes_late_is_imported_after_all(client, listen, tasks):
    granted = ask(client, on_conflict="reject")
    let_pass(granted, hours=1)
    resume_stalled(tasks)
    assert the_import(granted).state == State.FAILED
    put_at(granted, FILE)
    listen()
    import_ = the_import(granted)
    assert (import_.state, import_.error_code, import_.on_conflict) == (State.DONE, "", "reject")
    assert counts(import_) == {"read": 2, "written": 2}


def test_a_file_that_comes_late_and_is_too_large_fails(client, listen, tasks):
    granted = ask(client, size=10)
    let_pass(granted, hours=1)
    resume_stalled(tasks)
    put_at(granted, FILE)
    listen()
    assert the_import(granted).error_code == "too_large"
    assert averages() == []


def test_a_file_whose_event_was_lost_is_imported(client, tasks):
    granted = ask(client)
    put_at(granted, FILE)
    let_pass(granted, hours=1)
    resume_stalled(tasks)
    tasks.run()
    assert counts(the_import(granted)) == {"read": 2, "written": 2}


def test_a_file_that_comes_while_its_import_is_given_up_is_imported(client, tasks):
    granted = ask(client)
    seen_waiting = the_import(granted)
    lifecycle.start(put_at(granted, FILE), tasks)
    lifecycle.fail(seen_waiting, lifecycle.NOT_UPLOADED, "too late")
    tasks.run()
    assert the_import(granted).state == State.DONE


def test_a_cancelled_import_stays_cancelled_when_its_file_comes(client, listen):
    granted = ask(client)
    lifecycle.cancel(the_import(granted))
    post(granted)
    listen()
    assert the_import(granted).state == State.CANCELLED
    assert averages() == []


def test_a_second_file_at_the_address_is_an_import_of_its_own(client, listen):
    granted = ask(client)
    post(granted)
    listen()
    post(granted, HEADER + line(7))
    listen()
    assert the_import(granted).state == State.DONE
    assert Import.objects.count() == 2
    assert averages() == [0, 1, 7]


def test_an_event_that_comes_twice_starts_one_import(client, tasks):
    granted = ask(client)
    stored = put_at(granted, FILE)
    for _ in range(2):
        lifecycle.start(stored, tasks)
    tasks.run()
    assert Import.objects.count() == 1
    assert counts(the_import(granted)) == {"read": 2, "written": 2}
