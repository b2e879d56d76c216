"""Rejected rows grouped by what is wrong with them: how many, and the first of each group."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from ingestion.models import Import
from ingestion.reading.row_parser import ParsedRow


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """Rejected rows that share a fault; ``line``, ``value`` and ``detail`` are of the first."""

    code: str
    column: str
    count: int
    line: int
    value: str
    detail: str


class Summary:
    """Groups of rows that come one by one."""

    def __init__(self) -> None:
        self._firsts: dict[tuple[str, str], FaultGroup] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, row: ParsedRow) -> None:
        for fault in row.faults:
            name = (fault.code, fault.column)
            if name not in self._firsts:
                one = FaultGroup(fault.code, fault.column, 1, row.line, fault.value, fault.detail)
                self._firsts[name] = one
            self._counts[name] += 1

    def add_group(self, group: FaultGroup) -> None:
        name = (group.code, group.column)
        self._firsts.setdefault(name, group)
        self._counts[name] += group.count

    def add_kept(self, groups: Iterable[dict[str, Any]]) -> None:
        """Groups as :meth:`as_json` gives them."""
        for group in groups:
            self.add_group(FaultGroup(**group))

    def groups(self) -> list[FaultGroup]:
        """The largest first."""
        counted = (replace(one, count=self._counts[name]) for name, one in self._firsts.items())
        return sorted(counted, key=lambda group: -group.count)

    def as_json(self) -> list[dict[str, Any]]:
        """The groups as they are kept with a chunk."""
        return [asdict(group) for group in self.groups()]


def grouped(rejected: Iterable[ParsedRow]) -> list[FaultGroup]:
    """The groups of these rows, the largest first."""
    summary = Summary()
    for row in rejected:
        summary.add(row)
    return summary.groups()


def of_import(import_: Import) -> list[FaultGroup]:
    """The groups of an import, the largest first."""
    chunks = import_.chunks.filter(rejected__gt=0).order_by("number")
    summary = Summary()
    for kept in chunks.values_list("faults", flat=True).iterator():
        summary.add_kept(kept)
    return summary.groups()


def together(*kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups of several parts of a chunk, as they are kept with it."""
    summary = Summary()
    for groups in kept:
        summary.add_kept(groups)
    return summary.as_json()
