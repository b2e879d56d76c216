"""What is written down of a poll, in one transaction: which messages are done with, how many
records each day has more, the counts of the page *Inbox*, and the audit trail."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from audit.actor import Actor
from ingestion.dead_letters import arriving
from ingestion.running.inbox.incoming import Incoming
from ingestion.running.inbox.models import HandledMessage, InboxCount, Outcome
from messages_app import editing
from messages_app.kinds import devices
from messages_app.store import day_index

# A message that was deleted hardly ever comes again, and one that could not be deleted comes when
# its visibility timeout has passed. Old ones are forgotten while the listener runs, so that one
# which was away for long still knows what came before.
_HANDLED_KEPT = timedelta(days=1)
COUNTS_KEPT = timedelta(days=7)
_FORGOTTEN_AT_ONCE = 2_000
_LONGEST_METHOD = 20


def known(messages: Iterable[Incoming]) -> set[str]:
    """The ids of those that are done with."""
    ids = {one.id for one in messages}
    return set(HandledMessage.objects.filter(pk__in=ids).values_list("pk", flat=True))


def record_outcomes(messages: Sequence[Incoming]) -> None:
    """Write down what became of them. Raises DatabaseError with nothing written."""
    try:
        _settle(messages)
    except IntegrityError:  # another listener had one of them at the same time, and was quicker
        _settle(messages)


def forget() -> None:
    """Forget what is old, some of it."""
    now = timezone.now()
    _forget(HandledMessage.objects.filter(at__lt=now - _HANDLED_KEPT))
    _forget(InboxCount.objects.filter(minute__lt=now - COUNTS_KEPT))


def forget_since(moment: datetime) -> None:
    """Have the messages since then done again where they come again: the table lost them."""
    HandledMessage.objects.filter(at__gte=moment).delete()


def _settle(messages: Sequence[Incoming]) -> None:
    with transaction.atomic():
        before = known(messages)
        for one in messages:
            if one.id in before:
                one.done(Outcome.REPEATED)
        done = [one for one in messages if one.outcome is not Outcome.FAILED]
        fresh = {one.id: one for one in done if one.outcome is not Outcome.REPEATED}
        HandledMessage.objects.bulk_create(HandledMessage(pk=id_) for id_ in fresh)
        new: dict[str, Counter[str]] = defaultdict(Counter)
        for one in fresh.values():
            new[one.kind.name] += one.new_by_date
        for kind, new_by_date in new.items():
            day_index.add(new_by_date, kind)
        _hear(fresh.values())
        _count(messages)
        _log(fresh.values())
        arriving.tell_of_messages((one.id, one.reason) for one in messages if one.is_dead_letter)


def _hear(messages: Iterable[Incoming]) -> None:
    """Of which devices the new records are: a statement for each kind."""
    by_kind: dict[str, list[Incoming]] = defaultdict(list)
    for one in messages:
        by_kind[one.kind.name].append(one)
    for kind, some in by_kind.items():
        stored = [message for one in some for message in one.stored]
        devices.hear(kind, some[0].kind.schema, stored)


def _count(messages: Iterable[Incoming]) -> None:
    minute = timezone.now().replace(second=0, microsecond=0)
    counts = Counter((one.method[:_LONGEST_METHOD], str(one.outcome)) for one in messages)
    rows = [
        InboxCount(minute=minute, method=method, outcome=outcome)
        for method, outcome in sorted(counts)
    ]
    InboxCount.objects.bulk_create(rows, ignore_conflicts=True)
    for (method, outcome), count in sorted(counts.items()):
        found = InboxCount.objects.filter(minute=minute, method=method, outcome=outcome)
        found.update(count=F("count") + count)


def _log(messages: Iterable[Incoming]) -> None:
    """An entry for each sender and kind; of one record alone, the one that the API would write."""
    by_sender: dict[tuple[str, str], list[Incoming]] = defaultdict(list)
    for one in messages:
        if one.stored:
            by_sender[one.sender, one.kind.name].append(one)
    for (sender, kind), stored in by_sender.items():
        records = [message for one in stored for message in one.stored]
        ids = [one.origin.message_id for one in stored]
        queue = settings.MESSAGE_INBOX_QUEUE
        if len(records) == 1:
            actor = Actor.from_queue(sender, queue=queue, message=ids[0])
            editing.log_created(actor, records[0], kind)
        else:
            receipt = Counter(str(one.outcome) for one in stored)
            actor = Actor.from_queue(sender, queue=queue, messages=ids)
            about = editing.audit_kind(kind)
            actor.log("wrote a batch", about, "", records=len(records), receipt=receipt)


def _forget(old: QuerySet[Any]) -> None:
    """In parts, so that nobody waits long for the database."""
    while keys := list(old.order_by().values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]):
        old.filter(pk__in=keys).delete()
