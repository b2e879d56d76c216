"""How the days of each kind are spread, as SQL has it for all processes.

Asked for with each read: a process asks the database once in some seconds for each kind.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction

from messages_app.models import Spread
from messages_app.store.partitions.layout import PLAIN, Layout

# What was read may be so old: nothing moves before all know of it (kinds/spreading/moving.py).
_KNOWN_SECONDS = 5.0


# By kind what is known, and until when. One assignment changes both.
_known: dict[str, tuple[Layout, float]] = {}


class Layouts:
    """The layout of one kind."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def for_reading(self) -> Layout:
        """As it was a moment ago: one statement for all that is read within some seconds."""
        layout, until = _known.get(self._kind, (PLAIN, 0.0))
        return layout if time.monotonic() < until else self.now()

    def now(self) -> Layout:
        """As it is. Asked after days were registered, before their records are written."""
        until = time.monotonic() + _KNOWN_SECONDS  # from before it is read: it may change meanwhile
        layout = layout_of(self._kind)
        _known[self._kind] = layout, until
        return layout


def forget() -> None:
    """What this process knows, after a change."""
    _known.clear()


def layout_of(kind: str) -> Layout:
    """How the days of a kind are spread."""
    one = Spread.objects.filter(kind=kind).first()
    return _layout(one) if one else PLAIN


def counts_of(kinds: Iterable[str]) -> dict[str, int]:
    """How many partitions a day of each of these kinds has."""
    names = list(kinds)
    found = Spread.objects.filter(kind__in=names).values_list("kind", "partitions")
    return {**dict.fromkeys(names, 1), **dict(found)}


def write_down(kind: str, layout: Layout) -> None:
    """From now on the days of a kind without records are spread so."""
    Spread.objects.update_or_create(
        kind=kind,
        defaults={
            "partitions": layout.count,
            "before": layout.before,
            "switch_at": datetime.fromtimestamp(layout.switch_at, UTC),
        },
    )
    forget()


def begin(kind: str, count: int, switch_at: float, before: int = 0) -> Layout:
    """Have the records of a kind move to so many partitions a day, unless they move already or are
    there; with ``before``, from so many even then. Gives the layout that holds."""
    Spread.objects.get_or_create(kind=kind, defaults={"partitions": 1})
    with transaction.atomic():
        one = Spread.objects.select_for_update().get(kind=kind)
        before = before or one.partitions
        if not one.before and before != count:
            one.before, one.partitions = before, count
            one.switch_at = datetime.fromtimestamp(switch_at, UTC)
            one.save()
    forget()
    return _layout(one)


def end(kind: str, layout: Layout) -> None:
    """Nothing is where it was any more."""
    moved = Spread.objects.filter(kind=kind, partitions=layout.count, before=layout.before)
    moved.update(before=0, switch_at=None)
    Spread.objects.filter(kind=kind, partitions=1, before=0).delete()
    forget()


def _layout(one: Spread) -> Layout:
    switch_at = one.switch_at.timestamp() if one.switch_at else 0.0
    return Layout(one.partitions, one.before, switch_at)
