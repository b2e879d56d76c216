"""*Forecast*: what foreseeing a file takes beside importing it: of rows that are new, and of rows
that the table has."""

from collections.abc import Iterator, Sequence

from project.benchmarks.bench.drops import Drop, drop, text_of
from project.benchmarks.bench.figures import Figure, Section
from project.benchmarks.bench.processes import descendants, forget_peaks, peaks

# Files of the other sections have other ones.
_FIRST_NUMBER = 300


def measure(supervisor: int, sizes: Sequence[int]) -> Section:
    """Each size once, the smallest first."""
    figures: list[Figure] = []
    memory: list[float] = []
    for place, rows in enumerate(sizes):
        text = text_of(rows, _FIRST_NUMBER + place)
        new, peak = _forecast(supervisor, text)
        imported = drop(supervisor, text)
        equal, most_again = _forecast(supervisor, text)
        memory.append(max(peak, most_again))
        figures += _beside(imported, f"{rows:,} rows, new", new)
        figures += _beside(imported, f"{rows:,} rows, equal", equal)
        figures.append(Figure(f"{rows:,} rows: memory of a worker", "MB", [memory[-1]]))
    figures.append(Figure("memory, most to least rows", "x", [memory[-1] / memory[0]]))
    return Section("Forecast", figures)


def _forecast(supervisor: int, text: bytes) -> tuple[Drop, float]:
    """And the most memory of a worker, in MB."""
    processes = descendants(supervisor)
    forget_peaks(processes)
    return drop(supervisor, text, forecast=True), peaks(processes)["worker"]


def _beside(imported: Drop, what: str, forecast: Drop) -> Iterator[Figure]:
    cpu = forecast.microseconds("worker") / imported.microseconds("worker")
    yield Figure(f"{what}: CPU of worker, to import", "x", [cpu])
    yield Figure(f"{what}: time, to import", "x", [forecast.seconds / imported.seconds])
