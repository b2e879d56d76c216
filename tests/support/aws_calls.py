"""Which requests each process of the app sends to AWS, written down while the tests run.

In the test process botocore tells of each request, and the call stack for whom it is made. What
real processes send is told by the proxy before them (tests/faults/proxy.py). All processes of the
test run write into one file; ``tests/deploy/least_privilege.py`` reads it.
"""

import faulthandler
import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import boto3

FILE = "SLUICE_TESTS_AWS_CALLS"
# The innermost of these that is at work decides whose request it is.
_PROCESSES = {
    "/tests/": "",  # what a test does itself, in the place of somebody else
    "/ingestion/running/tasks.py": "worker",
    "/ingestion/running/plan.py": "worker",
    "/ingestion/running/write.py": "worker",
    "/ingestion/running/ended/undo/chunk.py": "worker",
    "/ingestion/running/ended/verifying/work.py": "worker",
    "/ingestion/running/ended/by_query/work.py": "worker",
    "/columns/tasks.py": "worker",
    "/ingestion/running/listener.py": "listener",
    "/ingestion/running/inbox/": "listener",
    "/ingestion/running/recovery.py": "listener",
    "/messages_app/kinds/expiring/turns.py": "listener",
    "/project/benchmarks/": "",
    "/project/local/": "",
    "/django/core/management/base.py": "operator",
    "/django/core/handlers/base.py": "web",
}
# A command that does itself what workers do otherwise.
_WORKING_COMMAND = "/management/commands/verify.py"
_POOL = "/concurrent/futures/thread.py"
_POOLS_THREADS = "ThreadPoolExecutor-"


@dataclass(frozen=True, order=True)
class AwsCall:
    """``resource`` is a bucket with the key's first folder, a queue or a table; ``detail`` what
    else decides the permission: the words that begin PartiQL statements, or ``version``."""

    process: str
    service: str
    operation: str
    resource: str
    detail: str = ""


_seen: set[AwsCall] = set()


def listen() -> None:
    """From now on, to all clients that are made in this process."""
    boto3.setup_default_session()
    events = boto3.DEFAULT_SESSION.events
    events.register("provide-client-params", _tell)
    # What the web signs and a browser sends.
    events.register("before-sign.s3.PutObject", _tell_presigned)


def write_down(process: str, service: str, operation: str, parameters: dict[str, Any]) -> None:
    """One request, once for each process of the test run."""
    path = os.environ.get(FILE)
    for call in _calls(process, service, operation, parameters):
        if path and call not in _seen:
            _seen.add(call)
            with Path(path).open("a") as file:
                file.write(json.dumps(asdict(call)) + "\n")


def written_down(path: Path) -> set[AwsCall]:
    if not path.exists():
        return set()
    return {AwsCall(**json.loads(line)) for line in path.read_text().splitlines()}


def _tell(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    process = _process()
    if process and not context.get("is_presign_request"):
        write_down(process, model.service_model.service_name, model.name, params)


def _tell_presigned(request: Any, **_: Any) -> None:
    fields = request.context.get("s3-presign-post-fields")
    process = _process()
    if process and fields:
        bucket = next(one["bucket"] for one in _conditions(request) if "bucket" in one)
        write_down(process, "s3", "PutObject", {"Bucket": bucket, "Key": fields["key"]})


def _conditions(request: Any) -> list[dict[str, str]]:
    policy = request.context["s3-presign-post-policy"]
    return [one for one in policy["conditions"] if isinstance(one, dict)]


def _process() -> str:
    """Of this thread. A pool's threads do not know who asked: then of the one that waits, and
    nobody's where several do."""
    own = list(_files(sys._getframe()))
    if all(_POOL not in file for file in own):
        return _at_work(own)
    found = {_at_work(own), *map(_at_work, _waiting())} - {""}
    return found.pop() if len(found) == 1 else ""


def _waiting() -> Iterator[list[str]]:
    """The modules of each thread that is of no pool, the innermost first.

    By faulthandler, which looks at all threads while none of them works: whoever walks along the
    frames of another thread with Python 3.11 may die when that one leaves them.
    """
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        stacks = file.read().decode(errors="replace").split("\n\n")
    pools = {thread.ident for thread in threading.enumerate() if _is_of_a_pool(thread)}
    for stack in stacks:
        thread = re.search("hread 0x([0-9a-f]+)", stack)
        if thread and int(thread[1], 16) not in pools:
            yield re.findall('^  File "(.+)", line', stack, re.MULTILINE)


def _is_of_a_pool(thread: threading.Thread) -> bool:
    return thread.name.startswith(_POOLS_THREADS)


def _files(frame: FrameType | None) -> Iterator[str]:
    """The modules at work but this one, the innermost first."""
    while frame:
        if frame.f_code.co_filename != __file__:
            yield frame.f_code.co_filename
        frame = frame.f_back


def _at_work(files: Iterable[str]) -> str:
    files = list(files)
    if any(_WORKING_COMMAND in file for file in files):
        return "operator"
    known = (process for file in files if (process := _process_of(file)) is not None)
    return next(known, "")


@cache
def _process_of(file: str) -> str | None:
    """None for a file that says nothing; asked for each of some hundred frames of each request."""
    return next((process for part, process in _PROCESSES.items() if part in file), None)


def _calls(
    process: str, service: str, operation: str, parameters: dict[str, Any]
) -> Iterator[AwsCall]:
    if service == "s3":
        bucket = parameters.get("Bucket", "")
        for one in parameters.get("Delete", {}).get("Objects", [parameters]):
            folder, slash, _ = one.get("Key", "").partition("/")
            key = f"/{folder}{slash}" if "Key" in one else ""
            detail = "version" if one.get("VersionId") else ""
            yield AwsCall(process, service, operation, bucket + key, detail)
    elif service == "sqs":
        name = parameters.get("QueueUrl", "").rpartition("/")[2] or parameters.get("QueueName", "")
        yield AwsCall(process, service, operation, name)
    else:
        yield from _of_table(process, operation, parameters)


def _of_table(process: str, operation: str, parameters: dict[str, Any]) -> Iterator[AwsCall]:
    if "Statements" in parameters:
        for statement in parameters["Statements"]:
            yield _partiql(process, statement["Statement"])
        return
    # Each action of a transaction needs the permission of its own request.
    actions = [
        (f"{verb}Item", one["TableName"])
        for action in parameters.get("TransactItems", ())
        for verb, one in action.items()
    ]
    tables = parameters.get("RequestItems", [parameters.get("TableName", "")])
    for name, table in actions or [(operation, table) for table in tables]:
        yield AwsCall(process, "dynamodb", name, table)


def _partiql(process: str, statement: str) -> AwsCall:
    """The statement's first word, and the table, which is the only name in double quotes there."""
    verb, table = statement.split(maxsplit=1)[0].upper(), statement.split('"')[1]
    return AwsCall(process, "dynamodb", "BatchExecuteStatement", table, verb)
