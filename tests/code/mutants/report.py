"""What came of the mutants: a table by module, and the file of those that no test noticed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.code.mutants.mutant import Mutant

NOTICED = {"noticed", "endless"}
_COLUMNS = ("mutants", "noticed", "equivalent", "left", "not tried")


class Results:
    """Kept in a file, a line each; the last one of a mutant counts."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text().splitlines() if path.exists() else []
        found = [json.loads(line) for line in lines if line.endswith("}")]
        self.by_key = {one["key"]: one for one in found}

    def what(self, mutant: Mutant) -> str:
        result: str = self.by_key.get(mutant.key, {}).get("what", "")
        return result

    def median_seconds(self) -> float:
        seconds = sorted(one["seconds"] for one in self.by_key.values())
        return seconds[len(seconds) // 2] if seconds else 0.0


def survivors(
    mutants: Iterable[Mutant], equivalent: set[str], results: Results
) -> Iterator[Mutant]:
    for mutant in mutants:
        is_left = results.what(mutant) in {"left", "untouched"}
        if is_left and mutant.key not in equivalent:
            yield mutant


def table(mutants: Iterable[Mutant], equivalent: set[str], results: Results) -> str:
    rows: dict[str, Counter[str]] = {}
    for mutant in mutants:
        column = _column(mutant, equivalent, results)
        for name in (mutant.module, "all"):
            rows.setdefault(name, Counter()).update(["mutants", column])
    if "all" in rows:
        rows["all"] = rows.pop("all")
    width = max(map(len, rows), default=0)
    head = " " * width + "".join(f"{name:>12}" for name in _COLUMNS)
    return "\n".join([head, *(_row(name, width, row) for name, row in rows.items())])


def _column(mutant: Mutant, equivalent: set[str], results: Results) -> str:
    if mutant.key in equivalent:
        return "equivalent"
    what = results.what(mutant)
    return (
        "noticed" if what in NOTICED else "left" if what in {"left", "untouched"} else "not tried"
    )


def _row(name: str, width: int, row: Counter[str]) -> str:
    count = row["noticed"] + row["left"]
    share = f"{100 * row['noticed'] / count:7.1f} %" if count else ""
    return f"{name:<{width}}" + "".join(f"{row[column]:>12}" for column in _COLUMNS) + share
