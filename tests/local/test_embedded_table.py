"""The embedded table: who is answered, what a batch costs, and what outlives ``kill -9``."""

import asyncio
import http.client
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from project.local.emulator.ministack_state import RESET_PATH
from project.local.options import Options, parse
from project.local.processes.output import Output
from project.local.processes.supervisor import StartFailure
from project.local.table import engine
from project.local.table.ask import ask, tables_in
from project.local.table.carry_over import carry_over
from project.local.table.choice import embedded_table
from tests.environment import NO_ENGINE
from tests.support.ports import free_port
from tests.support.processes import (
    post,
    start_embedded_aws,
    start_embedded_table,
    stop,
)
from tests.support.wal import commits

pytestmark = pytest.mark.aws

needs_engine = pytest.mark.skipif(bool(NO_ENGINE), reason=NO_ENGINE)
TABLE = "things"
KEY = {"AttributeName": "id", "KeyType": "HASH"}
DEFINITION = {
    "TableName": TABLE,
    "KeySchema": [KEY],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
LIST = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
    "X-Amz-Date": "19700101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/dynamodb/aws4_request, SignedHeaders=host,"
    " Signature=none",
}


class EmbeddedTable:
    """An embedded table with a file, which tests kill and start again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = start_embedded_table(self.port, "--file", str(self.file))

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def put(self, name: str) -> None:
        ask(self.url, "PutItem", {"TableName": TABLE, "Item": {"id": {"S": name}}})

    def insert(self, *names: str) -> list[str]:
        """The code of each statement of a batch; empty where it was done."""
        text = f"INSERT INTO \"{TABLE}\" VALUE {{'id': ?}}"
        statements = [{"Statement": text, "Parameters": [{"S": name}]} for name in names]
        responses = ask(self.url, "BatchExecuteStatement", {"Statements": statements})["Responses"]
        return [one.get("Error", {}).get("Code", "") for one in responses]

    def names(self) -> set[str]:
        items = ask(self.url, "Scan", {"TableName": TABLE})["Items"]
        return {item["id"]["S"] for item in items}


@pytest.fixture
def table(tmp_path: Path) -> Iterator[EmbeddedTable]:
    made = EmbeddedTable(tmp_path / "data with a space" / "records.sqlite3")
    made.start()
    ask(made.url, "CreateTable", DEFINITION)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of an embedded table in memory."""
    found = free_port()
    process = start_embedded_table(found, "--in-memory")
    yield found
    stop(process)


def send(
    port: int, headers: dict[str, str], method: str = "POST", body: bytes = b"{}"
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, "/", body, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@needs_engine
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Host": "example.com"},
        {"Host": "rebound.example.com:4567"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_what_any_page_asks_for_is_refused(port, headers):
    response = send(port, LIST | headers)
    assert response.status == 403
    assert response.getheader("Access-Control-Allow-Origin") is None


@needs_engine
def test_a_page_may_not_even_ask_whether_it_may_send(port):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-one"}
    response = send(port, {"Origin": "https://example.com", **asked}, "OPTIONS")
    assert response.status == 403
    assert response.getheader("Access-Control-Allow-Origin") is None


@needs_engine
@pytest.mark.parametrize("headers", [{}, {"Host": "localhost"}, {"Host": "127.0.0.1:9"}], ids=str)
def test_programs_are_answered(port, headers):
    assert send(port, LIST | headers).status == 200


@needs_engine
def test_each_request_of_a_connection_is_looked_at(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/", b"{}", LIST)
    first = connection.getresponse()
    first.read()
    connection.request("POST", "/", b"{}", LIST | {"Origin": "https://example.com"})
    assert (first.status, connection.getresponse().status) == (200, 403)
    connection.close()


@needs_engine
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": str(2**24 + 1)}, 413),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "-1"}, 400),
        ({"X-Long": "x" * 100_000}, 431),
    ],
    ids=["too much", "of no known length", "less than nothing", "a long head"],
)
def test_what_would_take_too_much_memory_is_refused(port, headers, status):
    assert send(port, LIST | headers, body=b"").status == status


@needs_engine
def test_the_engine_listens_where_nobody_would_look():
    addresses = {engine.hidden_address() for _ in range(20)}
    assert len({address.host for address in addresses}) == 20
    assert all(address.host.startswith("127.") for address in addresses)
    assert all(address.host != "127.0.0.1" for address in addresses)


@needs_engine
def test_a_batch_is_one_commit(table):
    before = commits(table.file)
    assert table.insert(*map(str, range(25))) == [""] * 25
    assert commits(table.file) - before == 1
    assert table.names() == set(map(str, range(25)))


@needs_engine
def test_a_batch_with_a_taken_key_has_an_outcome_for_each_row(table):
    table.put("2")
    assert table.insert("1", "2", "3") == ["", "DuplicateItem", ""]
    assert table.names() == {"1", "2", "3"}


@needs_engine
def test_what_was_acknowledged_is_there_after_kill_9_of_everything_ten_times(table):
    for number in range(10):
        table.put(f"one-{number}")
        table.insert(f"two-{number}", f"three-{number}")
        table.kill()
        table.start()
    assert table.names() == {
        f"{name}-{number}" for name in ("one", "two", "three") for number in range(10)
    }


@needs_engine
def test_only_its_owner_may_look_into_the_directory(table):
    assert table.file.parent.stat().st_mode & 0o077 == 0


@pytest.fixture
def old_aws() -> Iterator[str]:
    """The URL of a ministack with a table."""
    port = free_port()
    process = start_embedded_aws(port, "--in-memory")
    url = f"http://127.0.0.1:{port}"
    ask(url, "CreateTable", DEFINITION)
    yield url
    assert post(url + RESET_PATH) == 200
    stop(process)


@needs_engine
def test_the_records_of_an_older_version_are_carried_over_once(old_aws, tmp_path):
    records = [_record(number) for number in range(1500)]
    for start in range(0, len(records), 25):
        puts = [{"PutRequest": {"Item": item}} for item in records[start : start + 25]]
        ask(old_aws, "BatchWriteItem", {"RequestItems": {TABLE: puts}})
    file = tmp_path / "table" / "records.sqlite3"
    carry_over(old_aws, file)
    assert tables_in(old_aws) == []

    table = EmbeddedTable(file)
    table.start()
    try:
        found = {item["id"]["S"]: item for item in _scan(table.url)}
        assert found == {item["id"]["S"]: item for item in records}
        table.put("new")
        # As after a kill between the two halves: what is in the file stands.
        ask(old_aws, "CreateTable", DEFINITION)
        carry_over(old_aws, file)
        assert tables_in(old_aws) == []
        assert len(_scan(table.url)) == 1501
    finally:
        table.kill()
    assert {path.name.partition("-")[0] for path in file.parent.iterdir()} == {file.name}


def _record(number: int) -> dict[str, Any]:
    origin = {"import": {"S": "ü"}, "line": {"N": str(number)}}
    return {"id": {"S": f"é{number}"}, "value": {"N": f"{number}.25"}, "origin": {"M": origin}}


def _scan(url: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        page = ask(url, "Scan", {"TableName": TABLE, **start})
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


async def no_registry(_: Output) -> str:
    return "the registry is away"


def options(directory: Path) -> Options:
    return parse(["--data-dir", str(directory)])


def test_without_the_engine_ministack_serves_and_one_line_says_so(tmp_path):
    said = io.StringIO()
    assert not asyncio.run(embedded_table(options(tmp_path), Output(said), no_registry))
    (line,) = said.getvalue().splitlines()
    assert line.startswith("table: the registry is away, so ministack serves it")


def test_records_that_only_the_engine_reads_are_not_passed_over(tmp_path):
    file = options(tmp_path).table_file
    file.parent.mkdir()
    file.touch()
    with pytest.raises(StartFailure, match="the registry is away"):
        asyncio.run(embedded_table(options(tmp_path), Output(), no_registry))


def test_the_lock_has_digests_and_no_addresses():
    text = (engine.FOLDER / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "resolved" not in text
    assert packages["node_modules/@dynoxide/linux-x64"]["integrity"].startswith("sha512-")
    assert len({one["version"] for name, one in packages.items() if name}) == 1
