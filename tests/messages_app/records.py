"""Records that tests need."""

from decimal import Decimal
from typing import Any

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Message, Origin, message

MOMENT = Decimal("1559040909.3853335")  # 2019-05-28T10:55:09.3853335Z


def record(
    timestamp: Decimal | int = MOMENT, *, origin: Origin | None = None, **values: Any
) -> Message:
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
    return message(MESSAGE, usual | values, origin)
