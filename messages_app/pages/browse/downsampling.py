"""Fewer points of a line, such that it looks the same.

The extremes of equal stretches are kept, after U. Jugel, Z. Jerzak, G. Hackenbroich and V. Markl,
"M4: A Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10), 2014: on a screen with few
columns of pixels nothing else of a stretch can be seen, and no peak is ever lost.
"""

Point = tuple[float, float]


def thin(points: list[Point], maximum: int) -> list[Point]:
    """At most ``most`` of the points (four or more), in their order: the first and the last one,
    and the lowest and the highest of each stretch between them."""
    if len(points) <= maximum:
        return points
    inner = points[1:-1]
    stretches = (maximum - 2) // 2
    kept = [points[0]]
    for number in range(stretches):
        start = number * len(inner) // stretches
        end = (number + 1) * len(inner) // stretches
        kept += _extremes(inner[start:end])
    return [*kept, points[-1]]


def shares(counts: list[int], maximum: int, minimum: int = 4) -> list[int]:
    """How many of ``most`` points each of some lines may have, by how many it has; each at least
    ``least``."""
    spare = maximum - minimum * len(counts)
    total = sum(counts) or 1
    return [minimum + spare * count // total for count in counts]


def _extremes(stretch: list[Point]) -> list[Point]:
    """The lowest and the highest point, in their order; one where they are the same."""
    places = range(len(stretch))
    low = min(places, key=lambda place: stretch[place][1])
    high = max(places, key=lambda place: stretch[place][1])
    return [stretch[place] for place in sorted({low, high})]
