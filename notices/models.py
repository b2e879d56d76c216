"""What happened, who wants to be told of it, and what they are told, in SQL."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.database.fields import request_id_field


class Event(models.TextChoices):
    """What people can be told of."""

    IMPORT_DONE = "import_done", "import done"
    IMPORT_FAILED = "import_failed", "import failed"
    IMPORT_WAITS = "import_waits", "import waits for an answer"
    IMPORT_HELD = "import_held", "import held"
    DEAD_LETTER = "dead_letter", "dead letter arrived"
    FILE_OVERDUE = "file_overdue", "file overdue"
    DEVICE_OVERDUE = "device_overdue", "device overdue"
    BACK = "back", "back again"


class Occurrence(models.Model):
    """Something happened: one row, made in the transaction in which it did.

    ``key`` tells it from all others, so that what happens twice is told once. ``path`` is that of
    the page in question, and ``payload`` what programs are told besides.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    event = models.CharField(max_length=20, choices=Event.choices)
    # The names of the kind and the format that it is about; empty for none.
    kind = models.CharField(max_length=63, blank=True)
    format = models.CharField(max_length=100, blank=True)
    subject = models.CharField(max_length=300)
    path = models.CharField(max_length=500)
    payload: Any = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    # Whether those who want to know have a notice of it.
    is_spread = models.BooleanField(default=False, db_default=False)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="occurrence_at"),
            models.Index(fields=["at"], name="occurrence_new", condition=models.Q(is_spread=False)),
        ]

    def __str__(self) -> str:
        return self.subject


class Rule(models.Model):
    """Which occurrences somebody wants to be told of: of these events, and of this kind and this
    format, where they are named; each at once, or those of a day together."""

    events: Any = models.JSONField(default=list)
    kind = models.CharField(max_length=63, blank=True)
    format = models.CharField(max_length=100, blank=True)
    is_digest = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def matches(self, occurrence: Occurrence) -> bool:
        return (
            occurrence.event in self.events
            and self.kind in ("", occurrence.kind)
            and self.format in ("", occurrence.format)
        )


class MailRule(Rule):
    """What a user gets by mail, at the address of the account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="mail_rules", on_delete=models.CASCADE
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"mail to {self.user}"


class Webhook(Rule):
    """A program that is told, at an address of its own."""

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(max_length=500)
    # Its secret is made of this and of SECRET_KEY: the database alone does not tell it.
    salt = models.CharField(max_length=64, editable=False)
    is_on = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class NoticeState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up", "given up"


class Notice(models.Model):
    """What one recipient is told, in one go. Its id tells receivers what they have already.

    While it is ``open_for`` a recipient and an event, what happens joins it: ``count`` in all,
    ``counts`` by event, and the first ones as ``items``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What is reached in one way, and fails as one: "mail", or "webhook 3".
    target = models.CharField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    webhook = models.ForeignKey(Webhook, null=True, blank=True, on_delete=models.SET_NULL)
    # Of the user or the webhook, for the log.
    address = models.CharField(max_length=500)
    open_for = models.CharField(max_length=100, null=True, blank=True, unique=True)
    is_digest = models.BooleanField(default=False, db_default=False)
    is_test = models.BooleanField(default=False, db_default=False)
    count = models.PositiveIntegerField(default=0)
    counts: Any = models.JSONField(default=dict)
    items: Any = models.JSONField(default=list)

    state = models.CharField(
        max_length=10, choices=NoticeState.choices, default=NoticeState.WAITING
    )
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    # Until then a worker is at it, or has died.
    taken_until = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    # Of the request that had it sent, where one did.
    request_id = request_id_field()

    class Meta:
        default_permissions = ("view", "change")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["-created_at"], name="notice_newest"),
            models.Index(fields=["due_at"], name="notice_due", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.count} to {self.address}"

    @property
    def next_try(self) -> Any:
        """When it is tried next; None where it is not."""
        return self.due_at if self.state == NoticeState.WAITING else None


class Target(models.Model):
    """How it stands with what notices are sent to: when a worker was asked to go on with it, and
    how often in a row it failed."""

    name = models.CharField(max_length=40, primary_key=True)
    asked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
