"""The imports API: uploads into the real (embedded) bucket, cancelling, running again."""

from decimal import Decimal

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile

from common.aws import s3
from common.aws.clients import s3_client
from ingestion.aws import sqs
from ingestion.models import Import, State
from ingestion.running import lifecycle
from tests.ingestion.helpers import HEADER, Tasks, averages, counts, lines, run, start
from tests.ingestion.responses import faults_of, json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

LIST = "/api/imports/"
ALL = [f"ingestion.{action}_import" for action in ("view", "add", "change")]


@pytest.fixture
def client(db):
    return api_client(*ALL)


def upload(client, content=HEADER + "", name="file.csv", **fields):
    body = content.encode() if isinstance(content, str) else content
    return client.post(LIST, {"file": SimpleUploadedFile(name, body), **fields}, format="multipart")


def keys_in_bucket():
    listed = s3_client().list_objects_v2(Bucket=configured.DATA_BUCKET)
    return [one["Key"] for one in listed.get("Contents", [])]


def unfinished_uploads():
    return s3_client().list_multipart_uploads(Bucket=configured.DATA_BUCKET).get("Uploads", [])


def test_an_uploaded_file_is_an_object_and_an_import(client):
    response = upload(client, HEADER + lines(2))
    assert response.status_code == 201
    import_ = Import.objects.get(pk=json_of(response)["id"])
    assert response["Location"] == f"http://testserver{LIST}{import_.pk}/"
    assert keys_in_bucket() == [import_.key]
    assert s3.read(import_.bucket, import_.key) == (HEADER + lines(2)).encode()
    assert import_.key.startswith("uploads/")
    assert import_.key.endswith(f"/{import_.pk}/file.csv")
    assert unfinished_uploads() == []


def test_the_import_knows_its_user_policy_and_encoding(client):
    response = upload(client, HEADER, on_conflict="reject", encoding="windows-1252")
    import_ = Import.objects.get(pk=json_of(response)["id"])
    expected = ("user-0", "reject", "windows-1252")
    assert (import_.created_by.username, import_.on_conflict, import_.encoding) == expected
    body = json_of(client.get(f"{LIST}{import_.pk}/"))
    assert (body["created_by"], body["on_conflict"], body["encoding"]) == expected


def test_an_upload_sends_the_task_of_its_plan(client):
    upload(client, HEADER + lines(2))
    assert sqs.backlog(sqs.queue_url(configured.CELERY_QUEUE)) == 1


def test_an_uploaded_file_is_imported(client):
    import_ = Import.objects.get(pk=json_of(upload(client, HEADER + lines(2)))["id"])
    tasks = Tasks()
    tasks.plan(str(import_.pk))
    tasks.run()
    assert counts(import_) == {"read": 2, "written": 2}
    assert averages() == [0, 1]


def test_the_same_file_uploaded_twice_is_two_imports(client):
    first, second = (json_of(upload(client, HEADER + lines(1))) for _ in range(2))
    assert first["id"] != second["id"]


def test_a_file_of_several_parts_arrives_whole(client):
    content = HEADER + lines(150_000)
    assert len(content) > 8 * 1024 * 1024
    response = json_of(upload(client, content))
    assert s3.read(response["bucket"], response["key"]) == content.encode()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "a<b>&.csv", "x" * 240 + ".csv", "büro 1.csv", "A.CSV"]
)
def test_the_name_of_a_file_is_made_harmless_and_keeps_its_ending(client, name):
    response = json_of(upload(client, HEADER, name=name))
    key = response["key"]
    assert key.count("/") == 3
    assert not set(key) & set("<>&\\:\"'")
    assert key.lower().endswith(".csv")


REFUSED = [
    ({"name": "file.xls"}, "file"),
    ({"name": "csv"}, "file"),
    ({"content": ""}, "file"),
    ({"on_conflict": "overwrite"}, "on_conflict"),
    ({"on_conflict": ""}, "on_conflict"),
    ({"encoding": "klingon"}, "encoding"),
    ({"on_conflikt": "reject"}, "on_conflikt"),
]


@pytest.mark.parametrize(("fields", "field"), REFUSED)
def test_a_refused_upload_says_why_and_leaves_nothing_behind(client, fields, field):
    response = upload(client, **{"content": HEADER + lines(1)} | fields)
    assert list(faults_of(response)) == [field]
    assert keys_in_bucket() == []
    assert unfinished_uploads() == []
    assert not Import.objects.exists()


def test_a_file_over_the_limit_is_refused_and_leaves_nothing_behind(client, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    response = upload(client, HEADER + lines(100))
    assert "more than 1,000 bytes" in faults_of(response)["file"]
    assert keys_in_bucket() == []
    assert unfinished_uploads() == []


@pytest.mark.parametrize("fields", [{}, {"file": "text"}, {"on_conflict": "keep"}])
def test_a_form_without_a_file_is_refused(client, fields):
    response = client.post(LIST, fields, format="multipart")
    assert list(faults_of(response)) == ["file"]


def test_an_upload_of_another_type_is_refused(client):
    assert client.post(LIST, {"file": "text"}, format="json").status_code == 415


def test_of_two_files_none_is_left_unfinished(client):
    files = [SimpleUploadedFile(f"{name}.csv", HEADER.encode()) for name in "ab"]
    client.post(LIST, {"file": files[0], "other": files[1]}, format="multipart")
    assert unfinished_uploads() == []


def test_without_the_permission_to_add_nothing_is_uploaded():
    assert upload(api_client("ingestion.view_import"), HEADER + lines(1)).status_code == 403
    assert keys_in_bucket() == []
    assert unfinished_uploads() == []


def test_without_a_token_nothing_is_uploaded():
    client = api_client(*ALL)
    client.defaults.pop("HTTP_AUTHORIZATION")
    assert upload(client, HEADER + lines(1)).status_code == 401
    assert unfinished_uploads() == []


def test_an_import_tells_its_progress_receipt_and_times(client):
    import_ = run(HEADER + lines(3) + "bad\n")
    size = len(HEADER + lines(3) + "bad\n")
    body = json_of(client.get(f"{LIST}{import_.pk}/"))
    assert body.pop("created_at") < body.pop("finished_at")
    assert body.pop("cost")["units"]["write"] == 3
    assert body == {
        "id": str(import_.pk),
        "bucket": configured.DATA_BUCKET,
        "key": "file.csv",
        "state": "done",
        "on_conflict": "keep",
        "format": None,
        "waiting_for": None,
        "encoding": "utf-8",
        "kind": "messages",
        "created_by": None,
        "progress": {
            "bytes_total": size,
            "bytes_done": size,
            "chunks_total": 1,
            "chunks_done": 1,
        },
        "receipt": {
            "read": 4,
            "written": 3,
            "unchanged": 0,
            "kept": 0,
            "replaced": 0,
            "outdated": 0,
            "rejected": 1,
        },
        "error": None,
        "dry_run": False,
        "forecast": None,
        "verification": None,
        "undo": None,
        "notices": [],
        "parent": None,
        "mending": {"mended": 0, "let_go": 0, "open": 1},
    }


def test_a_failed_import_tells_why(client):
    import_ = run("nonsense\n")
    error = json_of(client.get(f"{LIST}{import_.pk}/"))["error"]
    assert error["code"] == "no_header"
    assert "timestamp,location" in error["detail"]


def test_a_running_import_tells_no_end(client):
    import_ = start(HEADER + lines(1), Tasks())
    body = json_of(client.get(f"{LIST}{import_.pk}/"))
    assert (body["state"], body["finished_at"]) == ("queued", None)


@pytest.mark.parametrize("path", ["", "rejects/"])
def test_an_unknown_import_is_404(client, path):
    assert client.get(f"{LIST}00000000-0000-0000-0000-000000000000/{path}").status_code == 404
    assert client.get(f"{LIST}{'-' * 36}/{path}").status_code == 404


def test_a_running_import_can_be_cancelled(client):
    tasks = Tasks()
    import_ = start(HEADER + lines(3), tasks)
    response = client.post(f"{LIST}{import_.pk}/cancel/")
    assert (response.status_code, json_of(response)["state"]) == (200, "cancelled")
    tasks.run()
    assert averages() == []


def test_an_ended_import_cannot_be_cancelled(client):
    import_ = run(HEADER + lines(3))
    assert client.post(f"{LIST}{import_.pk}/cancel/").status_code == 409
    import_.refresh_from_db()
    assert import_.state == State.DONE


def test_a_cancelled_import_can_be_run_again(client):
    import_ = start(HEADER + lines(3), Tasks())
    client.post(f"{LIST}{import_.pk}/cancel/")
    response = client.post(f"{LIST}{import_.pk}/run-again/")
    assert (response.status_code, json_of(response)["state"]) == (200, "queued")
    assert sqs.backlog(sqs.queue_url(configured.CELERY_QUEUE)) == 1


def test_a_running_or_finished_import_cannot_be_run_again(client):
    done, running = run(HEADER + lines(3)), start(HEADER + lines(3), Tasks(), key="other.csv")
    for import_, word in ((done, "done"), (running, "running")):
        response = client.post(f"{LIST}{import_.pk}/run-again/")
        assert response.status_code == 409
        assert word in json_of(response)["detail"]
    assert sqs.backlog(sqs.queue_url(configured.CELERY_QUEUE)) == 0


@pytest.mark.parametrize("path", ["cancel/", "run-again/"])
@pytest.mark.parametrize("body", [{}, {"format": "json", "data": {}}, {"format": "multipart"}])
def test_what_changes_an_import_takes_any_body(client, path, body):
    import_ = start(HEADER + lines(3), Tasks())
    if path == "run-again/":
        lifecycle.cancel(import_)
    assert client.post(f"{LIST}{import_.pk}/{path}", **body).status_code == 200


@pytest.mark.parametrize("path", ["cancel/", "run-again/"])
def test_changing_an_import_needs_the_permission_to_change(path):
    import_ = start(HEADER + lines(3), Tasks())
    client = api_client("ingestion.view_import", "ingestion.add_import")
    assert client.post(f"{LIST}{import_.pk}/{path}").status_code == 403
    import_.refresh_from_db()
    assert import_.state == State.QUEUED


@pytest.mark.parametrize("path", ["", "{}/", "{}/rejects/"])
def test_reading_needs_the_permission_to_view(path):
    import_ = start(HEADER, Tasks())
    client = api_client("ingestion.add_import", "ingestion.change_import")
    assert client.get(LIST + path.format(import_.pk)).status_code == 403


def test_numbers_in_answers_are_numbers(client):
    import_ = run(HEADER + lines(1))
    assert isinstance(json_of(client.get(f"{LIST}{import_.pk}/"))["receipt"]["read"], int | Decimal)


def test_a_forecast_is_uploaded_and_made_real(client):
    body = json_of(upload(client, HEADER + lines(2), dry_run="true"))
    assert body["dry_run"]
    assert body["receipt"] == {"read": 0, "new": 0, "equal": 0, "conflict": 0, "rejected": 0}
    tasks = Tasks()
    tasks.plan(body["id"])
    refused = client.post(f"{LIST}{body['id']}/run/")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_running")
    tasks.run()
    ended = client.get(f"{LIST}{body['id']}/").json()
    assert (ended["state"], ended["receipt"]["new"]) == ("done", 2)
    real = json_of(client.post(f"{LIST}{body['id']}/run/"))
    assert (real["state"], real["dry_run"]) == ("queued", False)
    tasks.plan(body["id"])
    tasks.run()
    assert averages() == [0, 1]
    again = client.post(f"{LIST}{body['id']}/run/")
    assert (again.status_code, again.json()["code"]) == (409, "no_forecast")


@pytest.mark.parametrize("value", ["perhaps", "2"])
def test_a_forecast_is_asked_for_plainly(client, value):
    assert list(faults_of(upload(client, HEADER + lines(1), dry_run=value))) == ["dry_run"]
