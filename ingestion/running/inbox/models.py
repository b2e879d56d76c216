"""What is kept of the messages of other producers: which were handled lately, and how many."""

from typing import ClassVar

from django.db import models


class Outcome(models.TextChoices):
    """What became of a message at one delivery."""

    WRITTEN = "written", "Written"
    UNCHANGED = "unchanged", "Unchanged"
    KEPT = "kept", "Kept beside another"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Deleted"
    ABSENT = "absent", "Nothing to delete"
    ANSWERED = "answered", "Answered"
    DROPPED = "dropped", "Not answered"
    REPEATED = "repeated", "Came again"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed, comes again"


class HandledMessage(models.Model):
    """A message that is done with, by SQS's id: when it comes again, nothing is done."""

    id = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        app_label = "ingestion"
        default_permissions = ()

    def __str__(self) -> str:
        return self.id


class InboxCount(models.Model):
    """How many messages of a method had an outcome in one minute."""

    minute = models.DateTimeField()
    method = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        app_label = "ingestion"
        default_permissions = ()
        ordering: ClassVar = ["-minute", "method", "outcome"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["minute", "method", "outcome"], name="one_inbox_count_a_minute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.minute} {self.method} {self.outcome}: {self.count}"
