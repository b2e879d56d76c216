"""Verifications of imports: what each found, kept with the import."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from common.database.fields import request_id_field


class VerificationState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Verification(models.Model):
    """One look at whether the table still has what an import's receipt says.

    Tasks go through the chunks one after the other; ``behind`` is the number of the last one that
    is done. ``counts`` are of rows, ``lines`` the first that differ; see
    ingestion/running/ended/verifying/verdicts.py and chunk.py.
    """

    id = models.BigAutoField(primary_key=True)
    import_record = models.ForeignKey(
        "ingestion.Import", related_name="verifications", on_delete=models.CASCADE
    )
    state = models.CharField(
        max_length=10, choices=VerificationState.choices, default=VerificationState.RUNNING
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Of the request that asked for it: what goes on with it later has no request of its own.
    request_id = request_id_field()
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(auto_now_add=True)
    resumes = models.PositiveIntegerField(default=0)
    behind = models.PositiveIntegerField(default=0)
    chunks_total = models.PositiveIntegerField(default=0)
    chunks_done = models.PositiveIntegerField(default=0)
    counts: Any = models.JSONField(default=dict)
    lines: Any = models.JSONField(default=list)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["import_record"],
                condition=models.Q(state="running"),
                name="one_verification_at_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.import_record_id} {self.state}"

    @property
    def is_running(self) -> bool:
        return self.state == VerificationState.RUNNING

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(self.counts.get(name, 0) for name in DIFFERENCES)

    @property
    def is_equal(self) -> bool:
        """Whether all rows were looked at, and the table is what the receipt says."""
        is_done = self.state == VerificationState.DONE
        return is_done and not self.differing and not self.counts.get("miscounted")


# Of a row whose record is not as the import left it: there is none; somebody edited it; another
# import replaced it; another record has its key, and its own is not to be found.
DIFFERENCES = ("gone", "edited", "replaced", "different")
