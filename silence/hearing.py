"""What was heard of devices is written down where it comes in, in one statement."""

from collections.abc import Mapping
from datetime import datetime

from silence.models import LONGEST_NAME, Heard

_LONGEST_FAULT = 300


def note(
    kind: str,
    newest: Mapping[str, int],
    arrived_at: datetime,
    source: str = "",
    rejected: Mapping[str, str] | None = None,
) -> None:
    """The newest moment of each device, in seconds since 1970, by its name; and what was wrong with
    rows of devices that were rejected. It costs one statement, or none when there is nothing."""
    newest = {name: one for name, one in newest.items() if is_name(name)}
    wrong = {
        name: fault[:_LONGEST_FAULT] for name, fault in (rejected or {}).items() if is_name(name)
    }
    if newest or wrong:
        Heard.objects.create(
            kind=kind, source=source, arrived_at=arrived_at, newest=newest, rejected=wrong
        )


def is_name(name: str) -> bool:
    """Whether a device can be called so: others are not followed."""
    return 0 < len(name.encode()) <= LONGEST_NAME
