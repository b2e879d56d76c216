"""The embedded AWS keeps what it was given, also after ``kill -9``, and answers no foreign page."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3  # noqa: TID251 - it has an AWS of its own
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from project.local.emulator.snapshots import SnapshotStore
from tests.support.ports import free_port
from tests.support.processes import ROOT, post, start_embedded_aws, stop, wait_until

pytestmark = pytest.mark.aws

TABLE = "things"
BUCKET = "things-bucket"
WEB_PORT = 8017
WEB = f"http://127.0.0.1:{WEB_PORT}"


class PersistentAws:
    """An embedded AWS with a data directory, which tests kill and start again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.store = SnapshotStore(directory)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, snapshot_seconds: float = 0.2) -> None:
        self.process = start_embedded_aws(
            self.port,
            *("--data-dir", str(self.directory)),
            *("--snapshot-seconds", str(snapshot_seconds)),
            *("--web-port", str(WEB_PORT)),
        )

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process
        return stop(self.process)

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )

    def snapshot_name(self) -> str:
        latest = self.store.latest
        assert latest
        return latest.directory

    def wait_for_snapshot(self) -> None:
        """Until a snapshot was taken that began after this call."""
        for _ in range(2):
            last = self.snapshot_name()
            self.client("sqs").create_queue(QueueName=f"after-{last}")
            wait_until(partial(self._is_newer, last))

    def _is_newer(self, last: str) -> bool:
        return self.snapshot_name() != last

    def create_table(self) -> None:
        self.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def put(self, name: str) -> None:
        self.client("dynamodb").put_item(TableName=TABLE, Item={"id": {"S": name}})

    def names(self) -> set[str]:
        items = self.client("dynamodb").scan(TableName=TABLE)["Items"]
        return {item["id"]["S"] for item in items}

    def create_bucket(self) -> None:
        self.client("s3").create_bucket(Bucket=BUCKET)
        self.client("s3").put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )


@pytest.fixture
def persistent(tmp_path: Path) -> Iterator[PersistentAws]:
    aws = PersistentAws(tmp_path / "data with a space")
    aws.start()
    yield aws
    aws.kill()


PRIVATE_NAMES = """
import sys
from pathlib import Path

from project.local.emulator.ministack_state import Emulator

root = Path(sys.argv[1])
(root / "saved").mkdir()
emulator = Emulator(1, root / "state", root / "objects")
emulator.save(root / "saved")
assert emulator.object_file("bucket", "key", "") == root / "objects/000000000000/bucket/key"
assert emulator.object_file("bucket", "key", "version").name == "key"
assert emulator.faults == []
assert (root / "saved" / "s3.json").exists()
"""


def test_the_private_names_of_the_emulator_exist(tmp_path):
    """When this fails after an update, mend project/local/emulator/ministack_state.py."""
    subprocess.run([sys.executable, "-c", PRIVATE_NAMES, str(tmp_path)], cwd=ROOT, check=True)


def test_what_a_snapshot_has_is_back_after_kill_9(persistent):
    persistent.create_table()
    persistent.put("kept")
    url = persistent.client("sqs").create_queue(QueueName="work")["QueueUrl"]
    persistent.client("sqs").send_message(QueueUrl=url, MessageBody="kept")
    persistent.wait_for_snapshot()
    persistent.kill()
    persistent.start()
    assert persistent.names() == {"kept"}
    (message,) = persistent.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "kept"


def test_everything_is_back_after_a_clean_stop(persistent):
    persistent.create_table()
    persistent.put("last moment")
    assert persistent.stop() == 0
    assert persistent.store.latest.clean
    persistent.start()
    assert persistent.names() == {"last moment"}


def test_a_running_or_killed_one_is_not_noted_as_clean(persistent):
    persistent.stop()
    persistent.start()
    assert not persistent.store.latest.clean
    persistent.kill()
    assert not persistent.store.latest.clean


def test_the_noted_time_is_not_after_anything_that_the_snapshot_lacks(persistent):
    persistent.create_bucket()
    persistent.wait_for_snapshot()
    taken_at = persistent.store.latest.taken_at
    response = persistent.client("s3").put_object(Bucket=BUCKET, Key="later", Body=b"")
    later = persistent.client("s3").head_object(Bucket=BUCKET, Key="later")["LastModified"]
    assert taken_at <= later.isoformat()
    assert response["VersionId"]


def test_objects_outlive_kill_9_with_versions_etags_and_metadata_even_without_snapshot(tmp_path):
    aws = PersistentAws(tmp_path)
    aws.start(snapshot_seconds=3600)
    aws.create_bucket()
    s3 = aws.client("s3")
    first = s3.put_object(Bucket=BUCKET, Key="a b+ü.csv", Body=b"first", Metadata={"by": "me"})
    second = s3.put_object(Bucket=BUCKET, Key="a b+ü.csv", Body=b"second")
    aws.kill()
    aws.start()
    try:
        for put, body, metadata in ((first, b"first", {"by": "me"}), (second, b"second", {})):
            got = s3.get_object(
                Bucket=BUCKET, Key="a b+ü.csv", VersionId=put["VersionId"], IfMatch=put["ETag"]
            )
            assert (got["Body"].read(), got["Metadata"]) == (body, metadata)
    finally:
        aws.kill()


def test_a_snapshot_that_was_cut_off_leaves_no_trace(persistent):
    persistent.create_table()
    persistent.put("kept")
    persistent.wait_for_snapshot()
    persistent.kill()
    cut_off = persistent.directory / "state-7000"
    cut_off.mkdir()
    (cut_off / "dynamodb.json").write_text('{"half of')
    persistent.start()
    assert persistent.names() == {"kept"}
    assert not cut_off.exists()


def test_data_that_cannot_be_read_is_not_replaced_by_none(persistent):
    persistent.create_table()
    persistent.stop()
    saved = persistent.directory / persistent.snapshot_name() / "dynamodb.json"
    content = saved.read_text()
    saved.write_text(content[:-10])
    with pytest.raises(AssertionError, match="the process ended"):
        persistent.start()
    assert saved.read_text() == content[:-10]
    saved.write_text(content)
    persistent.start()
    assert persistent.names() == set()


def test_a_second_one_on_the_same_data_waits_for_the_first_to_save(persistent):
    persistent.create_table()
    first = persistent.process
    persistent.put("kept")
    persistent.port = free_port()
    first.terminate()
    persistent.start()
    assert first.wait() == 0
    assert persistent.names() == {"kept"}


def test_nothing_is_saved_while_nothing_changes(persistent):
    persistent.create_table()
    persistent.wait_for_snapshot()
    wait_until(lambda: _is_quiet(persistent))


def _is_quiet(aws: PersistentAws) -> bool:
    before = aws.snapshot_name()
    for _ in range(20):
        aws.names()
    return aws.snapshot_name() == before


@pytest.mark.parametrize(
    ("asked", "got"),
    [("0-0", "0"), ("2-4", "234"), ("7-", "789"), ("-3", "789"), ("5-100", "56789")],
)
@pytest.mark.parametrize("by_version", [True, False])
def test_a_range_of_an_object_or_of_a_version_is_just_that_range(
    either_aws, asked, got, by_version
):
    s3 = either_aws.client("s3")
    put = s3.put_object(Bucket=BUCKET, Key="ü %.csv", Body=b"0123456789", Metadata={"by": "me"})
    if by_version:
        s3.put_object(Bucket=BUCKET, Key="ü %.csv", Body=b"another, longer content")
    version = {"VersionId": put["VersionId"]} if by_version else {}
    response = s3.get_object(
        Bucket=BUCKET, Key="ü %.csv", Range=f"bytes={asked}", IfMatch=put["ETag"], **version
    )
    assert response["Body"].read().decode() == got
    assert response["ContentRange"].endswith("/10")
    assert response["Metadata"] == {"by": "me"}


def test_a_range_is_refused_when_the_object_is_another_by_now(either_aws):
    s3 = either_aws.client("s3")
    old = s3.put_object(Bucket=BUCKET, Key="k", Body=b"old")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"new")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.get_object(Bucket=BUCKET, Key="k", Range="bytes=0-1", IfMatch=old["ETag"])


def test_a_range_behind_the_end_is_refused(either_aws):
    s3 = either_aws.client("s3")
    put = s3.put_object(Bucket=BUCKET, Key="k", Body=b"short")
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(Bucket=BUCKET, Key="k", Range="bytes=5-", VersionId=put["VersionId"])


@pytest.fixture(scope="module", params=["on disk", "in memory"])
def either_aws(request, tmp_path_factory):
    aws = PersistentAws(tmp_path_factory.mktemp("aws"))
    if request.param == "on disk":
        aws.start()
    else:
        aws.process = start_embedded_aws(aws.port, "--in-memory", "--web-port", str(WEB_PORT))
    aws.create_bucket()
    yield aws
    aws.kill()


def test_the_request_that_wipes_everything_is_refused(persistent):
    persistent.create_table()
    assert post(f"http://127.0.0.1:{persistent.port}/_ministack/reset") == 403
    assert persistent.names() == set()


@pytest.mark.parametrize("path", ["/_ministack/config", "/_ministack/ready", "/_aws/anything"])
def test_the_emulators_own_paths_are_closed(either_aws, path):
    assert ask(either_aws, "GET", path).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{WEB_PORT + 1}"},
        {"Origin": f"https://127.0.0.1:{WEB_PORT}"},
        {"Origin": f"{WEB}.example.com"},
        {"Host": "example.com"},
        {"Host": f"rebound.example.com:{WEB_PORT}"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": f"{BUCKET}.localhost"},
        {"Host": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_what_a_page_of_another_site_asks_for_is_refused(either_aws, headers):
    assert ask(either_aws, "GET", f"/{BUCKET}", headers).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": WEB},
        {"Origin": f"http://localhost:{WEB_PORT}", "Sec-Fetch-Site": "cross-site"},
        {"Host": "localhost"},
        {"Host": "127.0.0.1:9999"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_programs_and_the_pages_of_the_web_are_answered(either_aws, headers):
    response = ask(either_aws, "GET", f"/{BUCKET}", headers)
    assert response.status == 200
    assert response.getheader("Access-Control-Allow-Origin") == headers.get("Origin")


def test_a_page_of_the_web_may_send_a_file(either_aws):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-one"}
    response = ask(either_aws, "OPTIONS", f"/{BUCKET}", {"Origin": WEB, **asked})
    assert response.status == 204
    assert response.getheader("Access-Control-Allow-Origin") == WEB
    assert "POST" in response.getheader("Access-Control-Allow-Methods", "")
    assert response.getheader("Access-Control-Allow-Headers") == "x-one"


def test_a_page_of_another_site_may_not_even_ask_whether_it_may_send(either_aws):
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    response = ask(either_aws, "OPTIONS", f"/{BUCKET}", asked)
    assert response.status == 403
    assert response.getheader("Access-Control-Allow-Origin") is None


def ask(
    aws: PersistentAws, method: str, path: str, headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """A request as a browser might send it."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=30)
    connection.request(method, path, headers=headers or {})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_the_note_is_complete_at_every_moment(persistent):
    persistent.create_table()
    text = (persistent.directory / "snapshot.json").read_text()
    assert set(json.loads(text)) == {"taken_at", "clean", "directory"}
