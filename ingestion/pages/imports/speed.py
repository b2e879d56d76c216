"""How fast an import goes, measured while somebody watches it.

Chunks end at any time and imports are run again after days, so the beginning of an import tells
nothing. The page remembers in its own address what it saw first, and compares.
"""

from dataclasses import dataclass
from datetime import datetime

from ingestion.models import Import, State
from ingestion.reading.decompress import is_packed
from ingestion.reading.encodings import UTF_8

# Before that the difference is more chance than speed.
_LEAST_SECONDS = 1.0
_LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class Pace:
    """``seen`` is what the next look compares with: the moment, rows and bytes."""

    seen: str
    rows_a_second: int | None = None
    seconds_left: float | None = None


def pace(of: Import, seen: str, now: datetime) -> Pace:
    """The pace of a running import since ``seen``, which an earlier look gave; else ''."""
    milliseconds = int(1000 * now.timestamp())
    here = f"{milliseconds},{of.read},{of.bytes_done}"
    numbers = _numbers(seen)
    if numbers is None:
        return Pace(here)
    seconds = (milliseconds - numbers[0]) / 1000
    rows, done = of.read - numbers[1], of.bytes_done - numbers[2]
    if seconds < 0 or rows < 0 or done < 0:  # it was begun anew, or somebody wrote the address
        return Pace(here)
    if seconds < _LEAST_SECONDS or not done:
        return Pace(seen)
    left = (of.bytes_total - of.bytes_done) * seconds / done if _has_known_size(of) else None
    return Pace(seen, round(rows / seconds), left)


def _numbers(seen: str) -> tuple[int, int, int] | None:
    try:
        milliseconds, rows, done = map(int, seen[:_LONGEST_TEXT].split(","))
    except ValueError:
        return None
    return milliseconds, rows, done


def _has_known_size(of: Import) -> bool:
    """Whether the bytes of the text are known: before the plan is made, only where the text is
    the object itself."""
    if of.is_planned:
        return True
    return of.state == State.PLANNING and of.encoding in ("", UTF_8) and not is_packed(of.key)
