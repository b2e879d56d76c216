"""``bin/bench``: measures Sluice on this machine, on a stack of its own."""

import argparse
import json
import logging
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

from project.benchmarks.bench import own_stack
from project.benchmarks.bench.figures import Section, lines

_PARTS = ("import", "forecast", "cost", "growth", "reading", "machines")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rows: int
    rounds: int
    growth: tuple[int, ...]
    days: tuple[int, ...]
    requests: int
    client_seconds: float
    rows_a_day: int


_WHOLE = Size(100_000, 3, (10_000, 100_000, 1_000_000), (1_000, 10_000, 100_000), 200, 5.0, 5_000)
_QUICK = Size(2_000, 1, (500, 2_000), (300,), 5, 0.5, 500)


def main() -> None:
    options = _options()
    size = _QUICK if options.quick else _WHOLE
    workers = options.workers or min(os.cpu_count() or 1, 4)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack is stopped then too
    sections: list[Section] = []
    with own_stack.running(workers) as supervisor:
        django.setup()
        logging.disable(logging.WARNING)
        for section in _sections(options.parts, size, supervisor, workers):
            sections.append(section)
            sys.stdout.write("\n".join([*lines(section), "", ""]))
            sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(_as_dict(sections, workers), indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description="Measures imports, forecasts, costs, growth, reading, and several machines"
        " (simulated), on an embedded AWS of its own. All of it takes about an hour on two cores.",
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)}; by default all"
    )
    parser.add_argument("--quick", action="store_true", help="little data: does it work at all")
    parser.add_argument("--workers", type=int, help="one a core, at most 4")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    options = parser.parse_args()
    if unknown := sorted(set(options.parts) - set(_PARTS)):
        parser.error(f"there is no part {', '.join(unknown)}: choose from {', '.join(_PARTS)}")
    options.parts = options.parts or list(_PARTS)
    return options


def _sections(parts: list[str], size: Size, supervisor: int, workers: int) -> Iterator[Section]:
    # Its modules need Django to be set up.
    from project.benchmarks.bench import (  # noqa: PLC0415
        cost,
        forecasting,
        growth,
        importing,
        machines,
        reading,
    )

    measures: dict[str, Callable[[], Section]] = {
        "import": lambda: importing.measure(supervisor, workers, size.rows, size.rounds),
        "forecast": lambda: forecasting.measure(supervisor, (size.growth[0], size.growth[-1])),
        "cost": lambda: cost.measure(min(size.rows, 20_000)),
        "growth": lambda: growth.measure(supervisor, size.growth, size.rounds),
        "reading": lambda: reading.measure(size.days, size.requests, size.client_seconds),
        "machines": lambda: machines.measure(size.rows_a_day),
    }
    for part in _PARTS:
        if part in parts:
            yield measures[part]()


def _as_dict(sections: list[Section], workers: int) -> dict[str, Any]:
    return {
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "workers": workers,
        },
        "sections": [section.as_dict() for section in sections],
    }


if __name__ == "__main__":
    main()
