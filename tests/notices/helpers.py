"""What happens, and the processes that tell of it, without processes."""

from typing import Any

from django.utils import timezone

from notices import delivering
from notices.events import Event, tell
from notices.models import Notice, Target
from notices.spreading import spread


def happen(number: int = 1, event: Event = Event.IMPORT_FAILED, **about: Any) -> None:
    about = {"path": f"/imports/{number}/", "key": f"{event} {number}", **about}
    tell(event, f"file-{number}.csv failed", **about)


def go_on(*targets: str) -> None:
    """What listener and workers do; all that waits is due."""
    while spread():
        pass
    Notice.objects.filter(state="waiting").update(due_at=timezone.now(), taken_until=None)
    for target in targets or list(Notice.objects.values_list("target", flat=True).distinct()):
        delivering.deliver(target)


def rested() -> None:
    """All pauses have passed."""
    Target.objects.update(rests_until=None)
