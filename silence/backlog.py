"""What came and is not handled yet, as whoever handles it tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Up to when everything that came is handled, and the kinds for which that is earlier than for
    all others. None: nothing waits."""

    since: datetime | None = None
    by_kind: Mapping[str, datetime] = field(default_factory=dict)

    def has_any_until(self, moment: datetime) -> bool:
        """Whether something waits that came until then."""
        waiting = [one for one in (self.since, *self.by_kind.values()) if one is not None]
        return any(one <= moment for one in waiting)
