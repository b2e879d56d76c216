"""Dead letters: messages that were delivered too often, kept until staff decide.

Moving one back is receive, send, delete, in that order: a failure in between leaves it twice, which
is harmless, and never nowhere.
"""

import base64
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings

from ingestion import imports, sqs
from ingestion.models import Import

log = structlog.get_logger(__name__)

# While they are looked at, letters are hidden from other readers for so long.
_LOOK_SECONDS = 10
_MOST = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be handled. ``task`` and ``import_id`` are '' when it tells none."""

    id: str
    queue: str
    task: str
    import_id: str
    body: str


def waiting() -> list[DeadLetter]:
    """The dead letters of all queues, at most some hundreds of each. Raises ServiceError."""
    found: list[DeadLetter] = []
    for queue in sqs.queue_names():
        found += _visit(queue, lambda _: False)
    return found


def redrive(ids: Collection[str] | None = None) -> int:
    """Send dead letters (all, or some by their ids) back to their queues; how many there were."""

    def send_back(letter: DeadLetter) -> bool:
        if ids is not None and letter.id not in ids:
            return False
        if letter.import_id:
            for of in Import.objects.filter(pk=letter.import_id):
                imports.reopen(of)
        sqs.send(sqs.queue_url(letter.queue), letter.body)
        log.info("dead letter redriven", message=letter.id, import_id=letter.import_id)
        return True

    return _take(send_back)


def discard(ids: Collection[str] | None = None) -> int:
    """Delete dead letters (all, or some by their ids); how many there were."""

    def throw_away(letter: DeadLetter) -> bool:
        if ids is not None and letter.id not in ids:
            return False
        log.warning("dead letter discarded", message=letter.id, import_id=letter.import_id)
        return True

    return _take(throw_away)


def _take(handle: Callable[[DeadLetter], bool]) -> int:
    taken = 0

    def counted(letter: DeadLetter) -> bool:
        nonlocal taken
        is_handled = handle(letter)
        taken += is_handled
        return is_handled

    for queue in sqs.queue_names():
        _visit(queue, counted)
    return taken


def _visit(queue: str, handle: Callable[[DeadLetter], bool]) -> list[DeadLetter]:
    """Show each dead letter of a queue to ``handle``, and delete it when that says True."""
    url = sqs.queue_url(sqs.dead_letter_queue(queue))
    seen: dict[str, DeadLetter] = {}
    kept: list[sqs.Delivery] = []
    while len(seen) < _MOST:
        deliveries = sqs.receive(url, wait_seconds=0, hidden_seconds=_LOOK_SECONDS)
        fresh = [delivery for delivery in deliveries if delivery.id not in seen]
        if not fresh:
            break
        for delivery in fresh:
            letter = seen[delivery.id] = _letter(queue, delivery)
            if handle(letter):
                sqs.delete(url, [delivery])
            else:
                kept.append(delivery)
    sqs.show_again(url, kept)
    return list(seen.values())


def _letter(queue: str, delivery: sqs.Delivery) -> DeadLetter:
    task, import_id = "", ""
    if queue == settings.CELERY_QUEUE:
        task, import_id = _task_and_import(delivery.body)
    return DeadLetter(delivery.id, queue, task, import_id, delivery.body)


def _task_and_import(body: str) -> tuple[str, str]:
    """From kombu's envelope (base64 of JSON) with a task of Celery's protocol 2 in it.

    https://docs.celeryq.dev/en/stable/internals/protocol.html
    """
    try:
        envelope: dict[str, Any] = json.loads(base64.b64decode(body))
        arguments = json.loads(base64.b64decode(envelope["body"]))[0]
        return str(envelope["headers"]["task"]), str(arguments[0])
    except (ValueError, KeyError, IndexError, TypeError):
        return "", ""
