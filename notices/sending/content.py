"""What a notice says: as JSON for programs, as a mail for people."""

import json
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from common.pages.text import shortened
from notices.models import Event, Notice
from notices.sending.links import link

_LONGEST_SUBJECT = 150


def as_json(notice: Notice) -> bytes:
    """The same at each try."""
    body = {
        "id": str(notice.pk),
        "created_at": notice.created_at.isoformat(),
        "is_test": notice.is_test,
        "is_digest": notice.is_digest,
        "count": notice.count,
        "counts": notice.counts,
        "items": [_item(one) for one in notice.items],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def subject_of(notice: Notice) -> str:
    """One line: of one thing what happened, of several how many."""
    if notice.is_test:
        return "Sluice: a test"
    if notice.count == 1:
        return shortened(f"Sluice: {notice.items[0]['subject']}", _LONGEST_SUBJECT)
    return shortened(f"Sluice: {', '.join(summary(notice))}", _LONGEST_SUBJECT)


def summary(notice: Notice) -> list[str]:
    """Such as ``import failed 1,000 times``."""
    return [
        f"{label_of(event)} {'once' if count == 1 else f'{count:,} times'}"
        for event, count in sorted(notice.counts.items())
    ]


def label_of(event: str) -> str:
    return str(Event(event).label) if event in Event.values else event


def as_text(notice: Notice) -> str:
    """The body of a mail."""
    return "\n".join(_lines(notice))


def _lines(notice: Notice) -> Iterator[str]:
    if notice.is_test:
        yield "This is a test: mail from Sluice arrives."
    elif notice.count > 1:
        yield from summary(notice)
    for one in notice.items:
        yield ""
        yield one["subject"]
        yield f"{one['at'][:19].replace('T', ' ')} UTC, {label_of(one['event'])}"
        yield link(one["path"])
    if notice.count > len(notice.items):
        yield ""
        yield f"And {notice.count - len(notice.items):,} more."
    yield ""
    yield "-- "
    yield f"Choose what mails you get at {link(reverse('notices'))}"


def _item(item: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in item.items() if name not in ("path", "payload")}
    return {**rest, "link": link(item["path"]), **item["payload"]}
