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
_MIN_SECONDS = 1.0
_LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class Speed:
    """``seen`` is what the next look compares with: the moment, rows and bytes."""

    seen: str
    rows_a_second: int | None = None
    seconds_left: float | None = None


def speed(import_: Import, seen: str, now: datetime) -> Speed:
    """The speed of a running import since ``seen``, which an earlier look gave; else ''."""
    milliseconds = int(1000 * now.timestamp())
    here = f"{milliseconds},{import_.read},{import_.bytes_done}"
    numbers = _numbers(seen)
    if numbers is None:
        return Speed(here)
    seconds = (milliseconds - numbers[0]) / 1000
    rows, done = import_.read - numbers[1], import_.bytes_done - numbers[2]
    if seconds < 0 or rows < 0 or done < 0:  # it was begun anew, or somebody wrote the address
        return Speed(here)
    if seconds < _MIN_SECONDS or not done:
        return Speed(seen)
    left = (
        (import_.bytes_total - import_.bytes_done) * seconds / done
        if _has_known_size(import_)
        else None
    )
    return Speed(seen, round(rows / seconds), left)


def _numbers(seen: str) -> tuple[int, int, int] | None:
    try:
        milliseconds, rows, done = map(int, seen[:_LONGEST_TEXT].split(","))
    except ValueError:
        return None
    return milliseconds, rows, done


def _has_known_size(import_: Import) -> bool:
    """Whether the bytes of the text are known: before the plan is made, only where the text is
    the object itself."""
    if import_.is_planned:
        return True
    return (
        import_.state == State.PLANNING
        and import_.encoding in ("", UTF_8)
        and not is_packed(import_.key)
    )
