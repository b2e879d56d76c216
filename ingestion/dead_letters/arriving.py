"""What people are told of dead letters. SQS says nothing when one arrives, so it is told with the
last delivery, after which the message becomes one."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from common.database.optional_write import optional_write
from ingestion.aws.sqs import Delivery
from notices.events import Event, happening, tell, tell_all
from notices.models import Occurrence

_LONGEST_ID = 100


def tell_of_event(delivery: Delivery, why: str) -> None:
    """Of an event of the bucket that failed, if this was its last delivery; as far as the database
    answers."""
    if int(delivery.known.get("ApproximateReceiveCount", 1)) >= settings.MAX_DELIVERIES:
        with optional_write("the notice of a dead letter"):
            tell_all([_letter(settings.BUCKET_EVENTS_QUEUE, delivery.id, why)])


def tell_of_messages(refused: Iterable[tuple[str, str]]) -> None:
    """Of messages of the inbox, each by its id and why it was refused."""
    letters = [_letter(settings.MESSAGE_INBOX_QUEUE, *one) for one in refused]
    if letters:
        tell_all(letters)


def tell_of_task(what: str, id_: str, path: str) -> None:
    """Of a task that failed too often; ``what`` it was doing, for which ``id_``."""
    tell(
        Event.DEAD_LETTER,
        f"{what} failed: its task is a dead letter",
        path=path,
        key=f"task {id_} {timezone.now().isoformat()}",
        payload={"queue": settings.CELERY_QUEUE},
    )


def _letter(queue: str, id_: str, why: str) -> Occurrence:
    return happening(
        Event.DEAD_LETTER,
        f"A message of {queue} is a dead letter: {why}",
        path=reverse("dead-letters"),
        key=f"letter {id_[:_LONGEST_ID]}",
        payload={"queue": queue, "message": id_},
    )
