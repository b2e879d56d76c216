"""Moves the tables of a data directory that ministack kept so far into the engine's file, once.

They are read through DynamoDB's interface, written as DynamoDB exports tables to S3, and imported
from that by the engine, which commits once for thousands of records. The file gets its name when
it is complete; only then are the tables deleted where they were. Killed at any moment, it begins
anew, or goes on with deleting.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from project.local.table import engine
from project.local.table.ask import ask, tables_in


def carry_over_command(aws_url: str, file: Path) -> list[str]:
    module = "project.local.table.carry_over"
    return [sys.executable, "-m", module, "--from", aws_url, "--file", str(file)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m project.local.table.carry_over")
    parser.add_argument("--from", dest="url", required=True)
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args()
    try:
        carry_over(options.url, options.file)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: the records could not be carried over: {error}")


def carry_over(url: str, file: Path) -> None:
    """Into ``file``, unless that is there; then the tables are deleted where they were."""
    tables = tables_in(url)
    if not file.exists():
        count = _import(url, tables, file)
        print(f"{count} records carried over into {file.name}", flush=True)
    for name in tables:
        ask(url, "DeleteTable", {"TableName": name})


def _import(url: str, tables: list[str], file: Path) -> int:
    work = file.with_name("carried-over")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    descriptions = [ask(url, "DescribeTable", {"TableName": name}) for name in tables]
    (work / "tables.json").write_text(json.dumps(descriptions))
    count = sum(_export(url, name, work / "export" / name / "data") for name in tables)
    new = work / file.name
    command = [str(engine.FOLDER / engine.FILE), "import", "--output", str(new)]
    command += ["--source", str(work / "export"), "--schema", str(work / "tables.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip().splitlines()[-1])
    _sync(new)
    new.replace(file)
    _sync(file.parent)
    shutil.rmtree(work)
    return count


def _export(url: str, name: str, directory: Path) -> int:
    """The records of a table, as lines of an export. Returns how many there are."""
    directory.mkdir(parents=True)
    count = 0
    with (directory / "records.json").open("w") as lines:
        for item in _items(url, name):
            lines.write(json.dumps({"Item": item}) + "\n")
            count += 1
    return count


def _items(url: str, name: str) -> Iterator[dict[str, Any]]:
    start: dict[str, Any] = {}
    while True:
        page = ask(url, "Scan", {"TableName": name, **start})
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
