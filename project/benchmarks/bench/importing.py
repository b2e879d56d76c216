"""*Import*: a file from its drop to its receipt, beside plain loops of boto3 with as many
processes, and beside the ancestor's way, by turns."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from project.benchmarks.bench.drops import Drop, drop, text_of
from project.benchmarks.bench.figures import Figure, Section, ratio
from project.benchmarks.table import temporary_queue, temporary_table
from project.local.services import ROOT

# Of the rows, as it is so slow.
_ANCESTORS_SHARE = 20
_PROCESSES = ("worker", "listener", "web", "aws", "table")


@dataclass(frozen=True, slots=True)
class Loop:
    """What a plain loop took."""

    rate: float
    microseconds: float


def measure(supervisor: int, workers: int, rows: int, rounds: int) -> Section:
    """``rows`` a file; ``workers`` processes each way."""
    firsts: list[Drop] = []
    agains: list[Drop] = []
    loops: dict[str, list[Loop]] = {"insert": [], "put": [], "ancestor": []}
    for number in range(rounds):
        text = text_of(rows, number)
        firsts.append(drop(supervisor, text))
        for way, found in loops.items():
            few = text_of(rows // _ANCESTORS_SHARE, number) if way == "ancestor" else text
            found.append(_loop(way, few, workers))
        agains.append(drop(supervisor, text))
    return Section(
        f"Import of {rows:,} rows, {workers} processes",
        [*_rates(firsts, agains, loops), *_cpu(firsts, loops)],
    )


def _rates(
    firsts: list[Drop], agains: list[Drop], loops: dict[str, list[Loop]]
) -> Iterator[Figure]:
    ours, again = [one.rate for one in firsts], [one.rate for one in agains]
    rates = {way: [one.rate for one in found] for way, found in loops.items()}
    yield Figure("Sluice", "rows/s", ours)
    yield Figure("the same file again", "rows/s", again)
    yield Figure("plain loop of inserts", "rows/s", rates["insert"])
    yield Figure("plain loop of BatchWriteItem", "rows/s", rates["put"])
    yield Figure("the ancestor's way", "rows/s", rates["ancestor"])
    yield ratio("Sluice to plain inserts", ours, rates["insert"])
    yield ratio("Sluice to BatchWriteItem", ours, rates["put"])
    yield ratio("Sluice to the ancestor's way", ours, rates["ancestor"])
    yield ratio("again to the first time", again, ours)


def _cpu(firsts: list[Drop], loops: dict[str, list[Loop]]) -> Iterator[Figure]:
    for name in _PROCESSES:
        yield Figure(f"CPU of {name}", "µs/row", [one.microseconds(name) for one in firsts])
    plain = [one.microseconds for one in loops["insert"]]
    yield Figure("CPU of plain inserts", "µs/row", plain)
    yield ratio("CPU of worker to plain", [one.microseconds("worker") for one in firsts], plain)


def _loop(way: str, text: bytes, processes: int) -> Loop:
    with (
        temporary_table() as table,
        temporary_queue() as queue,
        tempfile.TemporaryDirectory() as folder,
    ):
        file = Path(folder) / "rows.csv"
        file.write_bytes(text)
        started = [
            _started([way, str(file), table, queue, str(share), str(processes)])
            for share in range(processes)
        ]
        for process in started:
            _line_of(process)
        begin = time.perf_counter()
        for process in started:
            _tell(process)
        cpu = sum(float(_line_of(process)) for process in started)
        seconds = time.perf_counter() - begin
        for process in started:
            process.communicate()
    rows = text.count(b"\n")
    return Loop(rows / seconds, 1e6 * cpu / rows)


def _started(arguments: list[str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-P", "-m", "project.benchmarks.bench.plain_loop", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        _, errors = process.communicate()
        raise RuntimeError(f"a plain loop ended with {process.returncode}: {errors[-2000:]}")
    return line
