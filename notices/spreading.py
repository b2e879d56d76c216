"""What happened becomes notices: for each recipient who wants to know, one of each event, which
gathers what happens within some time; or one of all that happens in a day.

Occurrences are marked in the transaction that makes the notices, so that each is in one once. Only
the first ones stand in a notice by themselves, the others are counted: a flood makes it no longer.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notices.audience import may_know
from notices.models import MailRule, Notice, Occurrence, Webhook

# So many are spread in one transaction.
_AT_ONCE = 500
# So many stand in a notice by themselves, with their links.
MAX_ITEMS = 20
MAIL = "mail"
# While a flood goes on, the next notice of it gathers so many times as long.
_LONGER = 10


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice goes to: a user by mail, or a webhook."""

    target: str
    name: str
    address: str
    user_id: int | None = None
    webhook_id: int | None = None


@dataclass(slots=True)
class _Gathered:
    """What one notice has more."""

    recipient: Recipient
    is_digest: bool
    occurrences: list[Occurrence] = field(default_factory=list)


def spread() -> bool:
    """Make notices of what is new, some of it; whether there was any."""
    with transaction.atomic():
        # On PostgreSQL another listener waits here, and finds the rest.
        new = list(
            Occurrence.objects.select_for_update()
            .filter(is_spread=False)
            .order_by("at", "pk")[:_AT_ONCE]
        )
        if not new:
            return False
        gathered = _gathered(new)
        _add(gathered)
        Occurrence.objects.filter(pk__in=[one.pk for one in new]).update(is_spread=True)
    return True


def recipient_of_mail(user: Any) -> Recipient:
    return Recipient(MAIL, f"user {user.pk}", user.email, user_id=user.pk)


def recipient_of_webhook(webhook: Webhook) -> Recipient:
    name = f"webhook {webhook.pk}"
    return Recipient(name, name, webhook.url, webhook_id=webhook.pk)


def item_of(occurrence: Occurrence) -> dict[str, Any]:
    """An occurrence as a notice has it."""
    return {
        "id": str(occurrence.pk),
        "event": occurrence.event,
        "at": occurrence.at.isoformat(),
        "kind": occurrence.kind,
        "format": occurrence.format,
        "subject": occurrence.subject,
        "path": occurrence.path,
        "payload": occurrence.payload,
    }


def _gathered(new: list[Occurrence]) -> dict[str, _Gathered]:
    """By what their notices are open for. No recipient has an occurrence twice: what is wanted at
    once is in no digest besides."""
    found: dict[str, _Gathered] = {}
    for recipient, occurrence, is_digest in _wanted(new):
        what = "digest" if is_digest else occurrence.event
        gathered = found.setdefault(f"{recipient.name} {what}", _Gathered(recipient, is_digest))
        gathered.occurrences.append(occurrence)
    return found


def _wanted(new: list[Occurrence]) -> Iterator[tuple[Recipient, Occurrence, bool]]:
    yield from _wanted_by_mail(new)
    for webhook in Webhook.objects.filter(is_on=True).order_by("pk"):
        for occurrence in new:
            if webhook.matches(occurrence):
                yield recipient_of_webhook(webhook), occurrence, webhook.is_digest


def _wanted_by_mail(new: list[Occurrence]) -> Iterator[tuple[Recipient, Occurrence, bool]]:
    by_user: dict[Any, list[MailRule]] = defaultdict(list)
    for rule in MailRule.objects.select_related("user").order_by("pk"):
        if rule.user.is_active and rule.user.email:
            by_user[rule.user_id].append(rule)
    for rules in by_user.values():
        user = rules[0].user
        for occurrence in new:
            matching = [rule for rule in rules if rule.matches(occurrence)]
            if matching and may_know(user, occurrence):
                is_digest = all(rule.is_digest for rule in matching)
                yield recipient_of_mail(user), occurrence, is_digest


def _add(gathered: dict[str, _Gathered]) -> None:
    found = Notice.objects.select_for_update().filter(open_for__in=gathered)
    known = {notice.open_for: notice for notice in found}
    fresh = []
    for open_for, more in gathered.items():
        notice = known.get(open_for)
        if notice is None:
            notice = _open(open_for, more)
            fresh.append(notice)
        notice.count += len(more.occurrences)
        for one in more.occurrences:
            notice.counts[one.event] = notice.counts.get(one.event, 0) + 1
        space = MAX_ITEMS - len(notice.items)
        notice.items += [item_of(one) for one in more.occurrences[: max(0, space)]]
    Notice.objects.bulk_create(fresh)
    Notice.objects.bulk_update(known.values(), ["count", "counts", "items"])


def _open(open_for: str, more: _Gathered) -> Notice:
    now = timezone.now()
    return Notice(
        target=more.recipient.target,
        user_id=more.recipient.user_id,
        webhook_id=more.recipient.webhook_id,
        address=more.recipient.address,
        open_for=open_for,
        is_digest=more.is_digest,
        due_at=next_digest(now) if more.is_digest else now + _gathering(more.recipient, now),
    )


def _gathering(recipient: Recipient, now: datetime) -> timedelta:
    """For how long a notice gathers: longer while a flood goes on."""
    usual = timedelta(seconds=settings.NOTICE_GATHER_SECONDS)
    recent = Notice.objects.filter(
        Q(user=recipient.user_id) if recipient.user_id else Q(webhook=recipient.webhook_id),
        is_digest=False,
        count__gt=MAX_ITEMS,
        created_at__gte=now - _LONGER * usual,
    )
    return _LONGER * usual if recent.exists() else usual


def next_digest(now: datetime) -> datetime:
    """When the digest of a day goes out (UTC)."""
    today = now.replace(hour=settings.NOTICE_DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)
