"""The order within the groups of a FIFO queue: a message is done when those before it in its group
are, and waits where one of them failed."""

from collections.abc import Iterator, Sequence

from ingestion.running.inbox.incoming import Incoming
from ingestion.running.inbox.models import Outcome


def waves(messages: Sequence[Incoming]) -> Iterator[list[Incoming]]:
    """All of them in parts, of each group at most one at a time: what is in a part may be done in
    any order, and has an outcome when the next is asked for. Without groups there is one part."""
    while messages:
        wave: dict[str | int, Incoming] = {}
        later = []
        for number, one in enumerate(messages):
            if one.group in wave:
                later.append(one)
            else:
                wave[one.group or number] = one
        yield list(wave.values())
        for one in later:
            earlier = wave[one.group]
            if earlier.outcome is Outcome.FAILED and one.outcome is None:
                one.wait_for(earlier)
        messages = later
