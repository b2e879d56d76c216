"""What SQL knows of devices and of files that are due."""

from typing import Any, ClassVar
from urllib.parse import unquote

from django.db import models

LONGEST_NAME = 1024
# Between the parts of a device's name, where its identity has several.
NAME_SEPARATOR = "#"


class Device(models.Model):
    """A device of a kind: what tells its records from those of others.

    ``name`` has the values of its identity as keys of records have them: percent-encoded where they
    need to be, parted by ``#``.
    """

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=LONGEST_NAME)
    # The newest moment of its records, and when that came in. A clock that runs ahead counts as it
    # came in.
    seen_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    # The last moments that it was seen at, one for each file or request, the newest first:
    # [[seconds since 1970, what brought it]].
    moments: Any = models.JSONField(default=list)
    # The median of the gaps between these, and how long it may be silent by it; none while there
    # are too few.
    usual = models.DurationField(null=True)
    learned_wait = models.DurationField(null=True)
    # What somebody set for this one alone.
    report_minutes = models.PositiveIntegerField(null=True)
    is_ignored = models.BooleanField(default=False, db_default=False)
    # From when on it is overdue; none where nobody knows, or wants to. When that was noticed.
    due_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    # Its last rows that were rejected: when they came in, with what, and what was wrong.
    rejected_at = models.DateTimeField(null=True)
    rejected_by = models.CharField(max_length=36, blank=True, default="", db_default="")
    rejected_for = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        default_permissions = ("view", "change")
        ordering: ClassVar = ["kind", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_device_a_name")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(overdue_at=None), name="device_due"),
            models.Index(
                fields=["kind", "name"],
                condition=models.Q(overdue_at__isnull=False),
                name="device_overdue",
            ),
            models.Index(fields=["seen_at", "id"], name="device_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    @property
    def parts(self) -> list[str]:
        """The values of its identity."""
        return [unquote(one) for one in self.name.split(NAME_SEPARATOR)]

    @property
    def label(self) -> str:
        """Its name for people."""
        return " · ".join(self.parts)

    @property
    def state(self) -> str:
        """*reporting*, *overdue* or *ignored*."""
        if self.is_ignored:
            return "ignored"
        return "reporting" if self.overdue_at is None else "overdue"


class FileDue(models.Model):
    """A format of which a file is due every so often; ``format`` is its number."""

    format = models.BigIntegerField(primary_key=True)
    minutes = models.PositiveIntegerField()
    # When the last file came; none since it is watched.
    last_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_index=True)
    overdue_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.format)


class KindReporting(models.Model):
    """How often each device of a kind is to be heard of, where that is set, and the field that
    names the device, where the kind's identity does not."""

    kind = models.CharField(max_length=40, primary_key=True)
    report_minutes = models.PositiveIntegerField(null=True)
    device_field = models.CharField(max_length=100, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind


class Heard(models.Model):
    """What was heard of devices, until it is added to theirs; see silence/folding.py.

    One row for each part of an import or request, however many devices it has: what writes records
    does no more.
    """

    kind = models.CharField(max_length=40)
    # What brought it: the id of an import, or nothing.
    source = models.CharField(max_length=36, blank=True)
    arrived_at = models.DateTimeField()
    # By name: the newest moment, in seconds since 1970; and what was wrong with a rejected row.
    newest: Any = models.JSONField(default=dict)
    rejected: Any = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class Watch(models.Model):
    """The one row of when it was looked last for what is overdue, and when Sluice stood still.

    Whoever changes devices holds it locked, so that nobody's change is lost.
    """

    checked_at = models.DateTimeField()
    # The last time that Sluice stood still, and whether what came meanwhile is still being handled;
    # when the listener had read all events of it.
    still_since = models.DateTimeField(null=True)
    still_until = models.DateTimeField(null=True)
    is_catching_up = models.BooleanField(default=False, db_default=False)
    events_read_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.checked_at}"
