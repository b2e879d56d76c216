"""Records that tests need."""

from decimal import Decimal
from typing import Any

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, Record, build_record
from messages_app.store.query import Query

MOMENT = Decimal("1559040909.3853335")  # 2019-05-28T10:55:09.3853335Z


def record(
    timestamp: Decimal | int = MOMENT, *, origin: Origin | None = None, **values: Any
) -> Record:
    """A valid record; ``values`` are fields that differ from the usual ones."""
    usual = {
        "timestamp": Decimal(timestamp),
        "location": "location-03",
        "source": "wireless",
        "local_dest": "router-1",
        "local_avg": Decimal("4.39"),
        "remote_dest": "device-1",
        "remote_avg": Decimal("9.09"),
    }
    return build_record(MESSAGE, usual | values, origin)


def is_within(query: Query, one: Record) -> bool:
    """Whether a record lies within the days and times of a query, as the API documents them."""
    first, last = query.date or query.date_from, query.date or query.date_to
    return (
        (not first or (one.date, one.time) >= (first, query.first_time))
        and (not last or one.date <= last)
        and (one.date != last or _ends_by(one.time, query.last_time))
        and one.time >= query.time_from
        and _ends_by(one.time, query.time_to)
    )


def _ends_by(time: str, end: str) -> bool:
    """Whether it comes before the end or begins with it."""
    return time[: len(end)] <= end
