"""Rejected rows grouped by what is wrong with them: how many, and the first of each group."""

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


def of_rows(rejected: Iterable[ParsedRow]) -> list[dict[str, Any]]:
    """The groups of one chunk's rejects, as they are kept with the chunk."""
    return [asdict(group) for group in grouped(rejected)]


def grouped(rejected: Iterable[ParsedRow]) -> list[FaultGroup]:
    """The groups of these rows, the largest first."""
    faults = (
        FaultGroup(fault.code, fault.column, 1, row.line, fault.value, fault.detail)
        for row in rejected
        for fault in row.faults
    )
    return _merged(faults)


def of_import(import_: Import) -> list[FaultGroup]:
    """The groups of an import, the largest first."""
    chunks = (
        import_.chunks.filter(rejected__gt=0).order_by("number").values_list("faults", flat=True)
    )
    groups = (FaultGroup(**group) for kept in chunks.iterator() for group in kept)
    return _merged(groups)


def _merged(groups: Iterable[FaultGroup]) -> list[FaultGroup]:
    merged: dict[tuple[str, str], FaultGroup] = {}
    for group in groups:
        name = (group.code, group.column)
        first = merged.get(name)
        merged[name] = replace(first, count=first.count + group.count) if first else group
    return sorted(merged.values(), key=lambda group: -group.count)
