"""A small line of the means of a group over time, drawn by the server as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from columns.asking.question import Point
from columns.pages.numbers import shown

WIDTH, HEIGHT = 120, 28
_EDGE = 2.0


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``lines`` are the points of polylines, which end where a bucket has no value; ``dots`` are
    points that stand alone. ``low`` and ``high`` are the least and the largest mean."""

    lines: list[str]
    dots: list[tuple[str, str]]
    low: str
    high: str


def sparkline(
    series: Sequence[Point], bucket: int, ends: tuple[datetime, datetime]
) -> Sparkline | None:
    """``ends`` are those of the whole table, so that lines below each other have the same times.
    None where no point has a mean."""
    points = [(point.start, point.mean) for point in series if point.mean is not None]
    if not points:
        return None
    low, high = min(mean for _, mean in points), max(mean for _, mean in points)
    begin = ends[0]
    seconds = max((ends[1] - begin).total_seconds(), 1)

    def place(moment: datetime, mean: float) -> tuple[str, str]:
        along = (moment - begin).total_seconds() / seconds
        up = (mean - low) / (high - low) if high > low else 0.5
        x = _EDGE + along * (WIDTH - 2 * _EDGE)
        y = HEIGHT - _EDGE - up * (HEIGHT - 2 * _EDGE)
        return f"{x:.1f}", f"{y:.1f}"

    pieces: list[list[tuple[str, str]]] = [[place(*points[0])]]
    for (start, _), (next_start, mean) in pairwise(points):
        if (next_start - start).total_seconds() > bucket:
            pieces.append([])
        pieces[-1].append(place(next_start, mean))
    lines = [" ".join(map(",".join, piece)) for piece in pieces if len(piece) > 1]
    dots = [piece[0] for piece in pieces if len(piece) == 1]
    return Sparkline(lines, dots, shown(low), shown(high))
