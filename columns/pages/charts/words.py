"""What is said beside a chart."""

from columns.asking.over_time import OverTime

ALL = "All records"
# The name of records without a value in the field.
NO_VALUE = "no value"
_MOST_DATES = 3
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def caption(found: OverTime) -> str:
    """How many records are drawn, and as what."""
    count = found.all.count
    if count < 2:
        return "1 record is drawn." if count else "No record matches."
    start = f"All {count:,}" if found.is_complete else f"{count:,}"
    if not found.seconds:
        return f"{start} records are drawn."
    length = span(found.seconds).removeprefix("1 ")
    return f"{start} records are drawn: the mean of each {length} as a line, and a band around it."


def span(seconds: float) -> str:
    """``5 minutes``; ``1 hour``."""
    size, unit = next(
        ((seconds / size, unit) for size, unit in _UNITS if seconds >= size), (seconds, "second")
    )
    return f"{size:g} {unit}{'' if size == 1 else 's'}"


def late(dates: list[str]) -> str:
    """That records of these dates are missing."""
    named = ", ".join(dates[:_MOST_DATES])
    more = len(dates) - _MOST_DATES
    listed = f"{named} and {more:,} more days" if more > 0 else named
    return (
        f"Not complete: {listed or 'some days'} changed lately and cannot be summed up yet."
        " Of these days the chart shows older records, or none."
        " It is drawn again by itself when they are ready."
    )
