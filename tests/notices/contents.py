"""Notices for the pages that are looked at: of each state, and what they come from."""

from typing import Any

from audit.actor import Actor, Channel
from notices import choosing
from notices.models import Event, Notice, NoticeState
from notices.spreading import spread
from tests.notices.helpers import happen


def add_notices(user: Any) -> None:
    """What the imports before told is told too."""
    actor = Actor(user, Channel.PAGE)
    events = [Event.IMPORT_DONE, Event.IMPORT_FAILED, Event.IMPORT_WAITS, Event.IMPORT_HELD]
    hook = {"name": "Alarms", "url": "https://alarms.example.org/sluice", "events": events}
    webhook = choosing.make_webhook(hook, actor)
    choosing.make_rule(user, {"events": events, "kind": "climate"}, actor)
    choosing.make_rule(user, {"events": events, "is_digest": True}, actor)
    for number in range(25):
        happen(number, kind="climate", format_name="Plant A")
    while spread():
        pass
    choosing.test_webhook(webhook, actor)
    first = Notice.objects.filter(is_test=False).first()
    answer = "It answers 500 Internal Server Error."
    _become(first, state=NoticeState.GIVEN_UP, tries=7, answer=answer)
    _become(Notice.objects.get(is_test=True), state=NoticeState.SENT, tries=1, answer="200 OK")


def _become(notice: Notice | None, **changes: Any) -> None:
    Notice.objects.filter(pk=notice.pk if notice else None).update(open_for=None, **changes)
