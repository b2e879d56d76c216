"""What became of rejected rows that somebody looked after. The rows themselves are in the bucket;
see ingestion/rejects/store.py."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class MendState(models.TextChoices):
    """A reject without a row of its own is open."""

    OPEN = "open", "wrong"
    READY = "ready", "ready to be loaded"
    LOADING = "loading", "being loaded"
    MENDED = "mended", "mended"
    LET_GO = "let_go", "let go"


# Those which nobody has to look after any more.
SETTLED = (MendState.MENDED, MendState.LET_GO)
# Those which are not to be edited.
FIXED = (MendState.LOADING, MendState.MENDED)


class Mend(models.Model):
    """A reject that was edited or let go of.

    ``cells`` are those of the whole row as it was edited last, ``before`` those of the edit before;
    null stands for the row as the file has it. ``faults`` are what is wrong with ``cells``. While
    its row is loaded, and when it was, ``child`` is the import that does.
    """

    id = models.BigAutoField(primary_key=True)
    import_record = models.ForeignKey(
        "ingestion.Import", related_name="mends", on_delete=models.CASCADE
    )
    line = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=MendState.choices)
    cells: Any = models.JSONField(null=True)
    before: Any = models.JSONField(null=True)
    faults: Any = models.JSONField(default=list)
    # The faults that it was rejected for, [code, column] each: by these rejects are grouped.
    was: Any = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(auto_now=True)
    child = models.ForeignKey(
        "ingestion.Import", null=True, related_name="rows_mended", on_delete=models.SET_NULL
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["line"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["import_record", "line"], name="one_mend_a_reject")
        ]
        indexes: ClassVar = [
            models.Index(fields=["import_record", "state", "line"], name="mend_of_import"),
            models.Index(fields=["child", "state", "line"], name="mend_of_child"),
        ]

    def __str__(self) -> str:
        return f"{self.import_record_id} line {self.line}"
