"""What was measured, as a table for people and as JSON for programs."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, once a round."""

    name: str
    unit: str
    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "min": min(self.values),
            "max": max(self.values),
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together."""

    title: str
    figures: Sequence[Figure]

    def as_dict(self) -> dict[str, Any]:
        return {"title": self.title, "figures": [one.as_dict() for one in self.figures]}


def ratio(name: str, ones: Sequence[float], others: Sequence[float]) -> Figure:
    """Of two figures that were measured by turns, round by round."""
    return Figure(name, "x", [one / other for one, other in zip(ones, others, strict=True)])


def lines(section: Section) -> Iterator[str]:
    """A table: the median of each figure, and how far the rounds lie apart."""
    yield section.title
    width = max(len(one.name) for one in section.figures)
    for one in section.figures:
        spread = ""
        if len(one.values) > 1:
            spread = f"   {_number(min(one.values))} to {_number(max(one.values))}"
        yield f"  {one.name:{width}}  {_number(one.median):>12} {one.unit:14}{spread}".rstrip()


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which so large a share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _number(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
