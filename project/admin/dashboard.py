"""The first page of the admin: how things stand, and the way to each list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from audit.models import AuditEntry
from ingestion.models import RUNNING, Import, State
from ingestion.running import health
from messages_app.schema.schema import MESSAGES
from messages_app.store import day_index

_ENTRIES = 10
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with a sentence; ``is_bad`` where somebody should look."""

    title: str
    url: str
    number: int | None
    sentence: str
    is_bad: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the page needs; the setting UNFOLD names this function."""
    may = request.user.has_perm
    tiles = [make() for permission, make in _TILES if may(permission)]
    entries = AuditEntry.objects.all()[:_ENTRIES] if may("messages_app.view_auditentry") else None
    return {**context, "title": "Administration", "tiles": tiles, "entries": entries}


def _messages() -> Tile:
    known = day_index.shown().filter(kind=MESSAGES, count__gt=0)
    count = known.aggregate(sum=Sum("count", default=0))["sum"]
    newest = known.order_by("-date").values_list("date", flat=True).first()
    sentence = f"on {known.count()} days, the newest {newest}" if newest else "none yet"
    return Tile("Messages", reverse("admin:messages_app_message_changelist"), count, sentence)


def _imports() -> Tile:
    running = Import.objects.filter(state__in=RUNNING).count()
    week = Import.objects.filter(created_at__gte=timezone.now() - _WEEK)
    failed = week.filter(state=State.FAILED).count()
    sentence = f"failed of the {week.count()} of the last 7 days; {running} running now"
    url = reverse("admin:ingestion_import_changelist")
    return Tile("Imports", url, failed, sentence, is_bad=failed > 0)


def _dead_letters() -> Tile:
    count = health.dead_letters_waiting()
    sentence = "The queues do not answer." if count is None else "to be sent back or discarded"
    return Tile("Dead letters", reverse("dead-letters"), count, sentence, is_bad=count != 0)


def _users() -> Tile:
    users = User.objects.filter(is_active=True)
    sentence = f"active, {users.filter(is_staff=True).count()} of them staff"
    return Tile("Users", reverse("admin:auth_user_changelist"), users.count(), sentence)


def _groups() -> Tile:
    url = reverse("admin:auth_group_changelist")
    return Tile("Groups", url, Group.objects.count(), "the roles that users can have")


def _tokens() -> Tile:
    now = timezone.now()
    valid = AuthToken.objects.filter(expiry__gt=now)
    ending = valid.filter(expiry__lt=now + _WEEK).count()
    url = reverse("admin:knox_authtoken_changelist")
    return Tile("API tokens", url, valid.count(), f"valid; {ending} expire within 7 days")


_TILES: tuple[tuple[str, Callable[[], Tile]], ...] = (
    ("messages_app.view_message", _messages),
    ("ingestion.view_import", _imports),
    ("ingestion.change_import", _dead_letters),
    ("auth.view_user", _users),
    ("auth.view_group", _groups),
    ("knox.view_authtoken", _tokens),
)
