"""What happened that people want to be told of, in SQL."""

import uuid
from typing import Any, ClassVar

from django.db import models


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
