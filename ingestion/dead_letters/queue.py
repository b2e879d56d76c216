"""Dead letters: messages that were delivered too often, kept until staff decide.

Moving one back is receive, send, delete, in that order: a failure in between leaves it twice, which
is harmless, and never nowhere.
"""

from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass

import structlog

from ingestion.aws import sqs
from ingestion.dead_letters import inbox
from ingestion.dead_letters.content import DeadLetter, read_dead_letter
from ingestion.models import Import
from ingestion.running import lifecycle
from ingestion.running.inbox import dead_letters

log = structlog.get_logger(__name__)

# While they are looked at, letters are hidden from other readers for so long.
_LOOK_SECONDS = 10
_MOST = 500
# Their bodies are held in memory, up to 1 MiB each.
_MAX_CHARACTERS = 32 * 1024 * 1024

# Told of each letter that was dealt with.
Then = Callable[[DeadLetter], None]


def _nothing(_: DeadLetter) -> None:
    """Nobody is told."""


def waiting() -> list[DeadLetter]:
    """The dead letters of all queues, at most some hundreds of each. Raises ServiceError."""
    return [held.letter for held in _all()]


def find(id_: str) -> DeadLetter | None:
    """One of them; None when it is gone, or somebody else looks at it now."""
    with closing(_all()) as letters:
        return next((held.letter for held in letters if held.letter.id == id_), None)


def redrive(ids: Collection[str] | None = None, then: Then = _nothing) -> int:
    """Send dead letters (all, or some by their ids) back to their queues; how many there were."""
    count = 0
    with closing(_chosen(ids)) as letters:
        for count, held in enumerate(letters, start=1):  # noqa: B007 - counts
            _send_back(held)
            held.remove()
            then(held.letter)
    return count


def discard(ids: Collection[str] | None = None, then: Then = _nothing) -> int:
    """Delete dead letters (all, or some by their ids); how many there were."""
    count = 0
    with closing(_chosen(ids)) as letters:
        for count, held in enumerate(letters, start=1):  # noqa: B007 - counts
            held.remove()
            letter = held.letter
            log.warning("dead letter discarded", message=letter.id, import_id=letter.import_id)
            then(letter)
    return count


def resend(id_: str, method: str, body: str, then: Then = _nothing) -> bool:
    """Send a letter of the inbox back with another method and body. False when it is gone.

    Raises ValueError with a sentence when they are not ones that the inbox takes.
    """
    if fault := inbox.fault_of(method, body):
        raise ValueError(fault)
    with closing(_chosen([id_])) as letters:
        held = next((one for one in letters if one.letter.is_of_inbox), None)
        if held is None:
            return False
        attributes = inbox.mended(held.letter.attributes, method)
        sqs.send(sqs.queue_url(held.letter.queue), body, attributes, held.delivery)
        held.remove()
    log.info("dead letter mended and redriven", message=id_)
    then(held.letter)
    return True


def _send_back(held: "_Held") -> None:
    letter = held.letter
    if letter.import_id:
        for import_ in Import.objects.filter(pk=letter.import_id):
            lifecycle.reopen(import_)
    attributes = letter.attributes
    if letter.is_of_inbox:
        attributes = dead_letters.sent_back(letter.id, attributes)
    sqs.send(sqs.queue_url(letter.queue), letter.body, attributes, held.delivery)
    log.info("dead letter redriven", message=letter.id, import_id=letter.import_id)


@dataclass
class _Held:
    """A dead letter in hand, hidden from others meanwhile."""

    url: str
    delivery: sqs.Delivery
    letter: DeadLetter
    is_removed: bool = False

    def remove(self) -> None:
        sqs.delete(self.url, [self.delivery])
        self.is_removed = True


def _chosen(ids: Collection[str] | None) -> Generator[_Held]:
    with closing(_all()) as letters:
        yield from (held for held in letters if ids is None or held.letter.id in ids)


def _all() -> Generator[_Held]:
    for queue in sqs.queue_names():
        yield from _of(queue)


def _of(queue: str) -> Generator[_Held]:
    """Each dead letter of a queue once. At the end those that were not removed are shown again."""
    url = sqs.queue_url(sqs.dead_letter_queue(queue))
    seen: dict[str, _Held] = {}
    characters = 0
    try:
        while len(seen) < _MOST and characters < _MAX_CHARACTERS:
            deliveries = sqs.receive(url, wait_seconds=0, hidden_seconds=_LOOK_SECONDS)
            fresh = [
                _Held(url, one, read_dead_letter(queue, one))
                for one in deliveries
                if one.id not in seen
            ]
            if not fresh:
                break
            seen |= {held.delivery.id: held for held in fresh}
            characters += sum(len(held.letter.body) for held in fresh)
            yield from fresh
    finally:
        sqs.show_again(url, [held.delivery for held in seen.values() if not held.is_removed])
