"""What somebody should look after: failed imports, rejected rows, dead letters, broken parts, and
what is overdue."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from common.pages.text import counted
from ingestion.models import HAS_OPEN_REJECTS, Import, State
from ingestion.pages.home import overdue
from ingestion.pages.home.matter import Matter
from ingestion.presentation.dates import start_of_day
from ingestion.running.health import Check

DAYS = 7
# The imports that a matter is about.
_IMPORTS_OF = {
    "failed": Q(state=State.FAILED),
    "rejected": HAS_OPEN_REJECTS,
}


def matters(
    user: Any, today: date, checks: Iterable[Check], dead_letters: int | None
) -> list[Matter]:
    """Everything that needs attention, as far as the user may look after it."""
    found = [Matter(check.sentence) for check in checks if not check.is_ok]
    if dead_letters and user.has_perm("ingestion.change_import"):
        waiting = f"{counted(dead_letters, 'dead letter')} wait{'s' * (dead_letters == 1)}"
        sentence = f"{waiting} for a decision: send back, or discard."
        found.append(Matter(sentence, reverse("dead-letters"), "Decide"))
    found += overdue.matters(user)
    return found + _waiting() + _held() + _of_imports(today - timedelta(days=DAYS - 1))


def _waiting() -> list[Matter]:
    """Imports that wait until somebody says what their files are, however old they are."""
    waiting = Import.objects.filter(state=State.WAITING).count()
    if not waiting:
        return []
    verb = "waits" if waiting == 1 else "wait"
    sentence = f"{counted(waiting, 'import')} {verb} until somebody says how to read the file."
    return [Matter(sentence, f"{reverse('imports')}?state={State.WAITING}", "Say how")]


def _held() -> list[Matter]:
    """Imports of which so much would be rejected that somebody has to look first."""
    held = Import.objects.filter(state=State.HELD).count()
    if not held:
        return []
    verb = "is" if held == 1 else "are"
    sentence = f"{counted(held, 'import')} {verb} held, because too many rows would be rejected."
    return [Matter(sentence, f"{reverse('imports')}?state={State.HELD}", "See it")]


def _of_imports(since: date) -> list[Matter]:
    found = unsettled(since).aggregate(
        failed=Count("pk", filter=_IMPORTS_OF["failed"]),
        rejected_rows=Sum(
            F("rejected") - F("mended") - F("let_go"), filter=_IMPORTS_OF["rejected"], default=0
        ),
        with_rejects=Count("pk", filter=_IMPORTS_OF["rejected"]),
    )
    listed = f"{reverse('imports')}?created_from={since}"
    matters = []
    if failed := found["failed"]:
        sentence = f"{counted(failed, 'import')} of the last {DAYS} days failed."
        link = f"{listed}&state={State.FAILED}"
        matters.append(Matter(sentence, link, "See why", "failed"))
    if rejected := found["rejected_rows"]:
        were = "was" if rejected == 1 else "were"
        sentence = (
            f"{counted(rejected, 'row')} of {counted(found['with_rejects'], 'import')} of the last"
            f" {DAYS} days {were} rejected and not settled yet."
        )
        matters.append(Matter(sentence, f"{listed}&has_rejects=on", "Mend them", "rejected"))
    return matters


def unsettled(since: date) -> "QuerySet[Import]":
    return Import.objects.filter(created_at__gte=start_of_day(since), settled_at=None)


def settle(name: str, today: date, until: datetime) -> int:
    """Settle a matter for everybody, as far as it was there at a time; how many imports it had.

    Raises KeyError for a name that no matter has.
    """
    had = unsettled(today - timedelta(days=DAYS - 1)).filter(_IMPORTS_OF[name])
    return had.filter(progress_at__lte=until).update(settled_at=timezone.now())
