"""The counts of the inbox as rows of a table: one for each minute and method."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.running.inbox.models import InboxCount, Outcome

_NOT_DONE = (Outcome.REFUSED, Outcome.FAILED)


@dataclass(slots=True)
class MinuteRow:
    """``outcomes`` are what became of the messages, in words, and how many of each."""

    minute: datetime
    method: str
    total: int = 0
    outcomes: list[tuple[str, int, bool]] = field(default_factory=list)

    def add(self, one: InboxCount) -> None:
        outcome = Outcome(one.outcome)
        self.total += one.count
        self.outcomes.append((outcome.label, one.count, outcome in _NOT_DONE))


def rows(counts: Iterable[InboxCount]) -> list[MinuteRow]:
    """In the order of the counts."""
    found: dict[tuple[datetime, str], MinuteRow] = {}
    for one in counts:
        row = found.setdefault((one.minute, one.method), MinuteRow(one.minute, one.method))
        row.add(one)
    return list(found.values())
