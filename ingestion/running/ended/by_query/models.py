"""Deletions of what a query matches, as SQL knows them."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from common.database.fields import request_id_field


class DeletionState(models.TextChoices):
    COUNTING = "counting"
    COUNTED = "counted", "waiting for its confirmation"
    DELETING = "deleting"
    DELETED = "deleted"
    RESTORING = "restoring"
    RESTORED = "restored"
    CANCELLED = "cancelled"
    FAILED = "failed"


WORKING = (DeletionState.COUNTING, DeletionState.DELETING, DeletionState.RESTORING)


class Deletion(models.Model):
    """``matched`` records were counted, and that many were confirmed. ``deleted`` ones are, and
    ``changed`` ones were left, as they were changed at that very moment. Of the deleted ones
    ``restored`` are there again, and ``taken`` are not, as their keys have other records."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    # What is asked for, as an address of the records has it; or the keys, where they were named.
    query = models.TextField(blank=True)
    keys: Any = models.JSONField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=DeletionState.choices, default=DeletionState.COUNTING
    )
    error_detail = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Of the request that asked for it last: what goes on with it later has no request of its own.
    request_id = request_id_field()
    created_at = models.DateTimeField(auto_now_add=True)
    progress_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    matched = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    restored = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)

    # Where the work goes on: behind this cursor of the query, or this object of the bucket. Each
    # step is counted once: ``steps`` tells it from one that was done since.
    cursor = models.TextField(blank=True)
    steps = models.PositiveIntegerField(default=0)
    # What a step is about to do, so that one that is repeated counts the same.
    pending: Any = models.JSONField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["-created_at"], name="deletion_newest"),
            models.Index(fields=["state", "progress_at"], name="deletion_stalled"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}?{self.query}"

    def get_absolute_url(self) -> str:
        return reverse("deletion", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def can_go_on(self) -> bool:
        """Whether it ended early with something left to delete."""
        is_early = self.state in (DeletionState.CANCELLED, DeletionState.FAILED)
        return is_early and not self.restored and bool(self.matched)

    @property
    def can_be_restored(self) -> bool:
        is_ended = self.state in (
            DeletionState.DELETED,
            DeletionState.CANCELLED,
            DeletionState.FAILED,
        )
        return is_ended and self.deleted > self.restored + self.taken

    @property
    def kept_until(self) -> Any:
        """When the bucket's lifecycle may delete the copies."""
        return self.created_at + timedelta(days=settings.KEEP_ASIDE_DAYS)
