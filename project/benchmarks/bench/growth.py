"""*Growth*: what a row takes in small and in large files, the most memory of each process, how soon
the first record is there, and how fast a file in memory is planned."""

import io
import time
from collections.abc import Sequence

from django.conf import settings

from ingestion.reading.record_boundaries import BoundaryFinder
from project.benchmarks.bench.drops import Drop, drop, text_of
from project.benchmarks.bench.figures import Figure, Section
from project.benchmarks.bench.processes import descendants, forget_peaks, peaks
from project.benchmarks.rows import messages_of

_PLANNED_ROWS = 500_000
# Files of the other sections have lower ones.
_FIRST_NUMBER = 100
_BEGINNING = 2_000


def measure(supervisor: int, sizes: Sequence[int], rounds: int) -> Section:
    """Each size once, the smallest first."""
    figures: list[Figure] = []
    memory: list[dict[str, float]] = []
    for place, rows in enumerate(sizes):
        found, peaks = _dropped(supervisor, rows, _FIRST_NUMBER + place)
        memory.append(peaks)
        figures += [
            Figure(f"{rows:,} rows: time", "µs/row", [1e6 / found.rate]),
            Figure(f"{rows:,} rows: first record", "s", [found.first_readable_seconds]),
            *(Figure(f"{rows:,} rows: {name}", "MB", [value]) for name, value in peaks.items()),
        ]
    figures += [
        Figure(f"memory of {name}, most to least rows", "x", [memory[-1][name] / value])
        for name, value in memory[0].items()
    ]
    figures.append(Figure("planning, from memory", "MB/s", _planning(rounds)))
    return Section("Growth", figures)


def _dropped(supervisor: int, rows: int, number: int) -> tuple[Drop, dict[str, float]]:
    text = text_of(rows, number)
    first = next(messages_of(text[:_BEGINNING]))
    processes = descendants(supervisor)
    forget_peaks(processes)
    return drop(supervisor, text, first), peaks(processes)


def _planning(rounds: int) -> list[float]:
    """Megabytes of text a second, one core."""
    text = text_of(_PLANNED_ROWS, 0)
    return [len(text) / 1e6 / _planned(text) for _ in range(rounds)]


def _planned(text: bytes) -> float:
    begin = time.perf_counter()
    finder = BoundaryFinder(io.BytesIO(text).read, ",", settings.CHUNK_BYTES)
    count = sum(one.lines for one in finder.slices())
    seconds = time.perf_counter() - begin
    if count != text.count(b"\n") + 1:
        raise RuntimeError("not all lines were planned")
    return seconds
