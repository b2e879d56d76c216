"""What an import and its chunks know of being taken back."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class Undo:
    """What became of the rows that an import had stored: *reversed* ones are deleted, of *restored*
    ones what they had replaced is there again, *edited* ones were left, *gone* ones were deleted or
    replaced before. Their sum is what it had stored."""

    reversed: int = 0
    restored: int = 0
    edited: int = 0
    gone: int = 0

    @property
    def total(self) -> int:
        return self.reversed + self.restored + self.edited + self.gone

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class UndoCounts(models.Model):
    """The columns of these."""

    undo_reversed = models.BigIntegerField(default=0, db_default=0)
    undo_restored = models.BigIntegerField(default=0, db_default=0)
    undo_edited = models.BigIntegerField(default=0, db_default=0)
    undo_gone = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        abstract = True

    @property
    def undo_counts(self) -> Undo:
        return Undo(self.undo_reversed, self.undo_restored, self.undo_edited, self.undo_gone)


class WithoutCopy(models.TextChoices):
    """What becomes of a record that replaced one of which there is no copy (any more)."""

    LEAVE = "leave", "Leave the import's record"
    DELETE = "delete", "Delete it: nothing is left under its key"


class UndoneImport(UndoCounts):
    undo_begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    undo_ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    undo_without_copy = models.CharField(
        max_length=10, choices=WithoutCopy.choices, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True

    @property
    def undo(self) -> Undo | None:
        """None before it has begun."""
        return self.undo_counts if self.undo_begun_at else None


class UndoneChunk(UndoCounts):
    # Whether what its rows replaced was kept aside: not by versions before there were copies.
    keeps_copies = models.BooleanField(default=False, db_default=False)
    # Some of its records may be taken back and not in its counts.
    is_undo_begun = models.BooleanField(default=False, db_default=False)
    is_undone = models.BooleanField(default=False, db_default=False)
    # Which lines were found to be taken back: {"deleted": ranges, "restored": ranges, "at": epoch
    # seconds}, ranges as ingestion/running/writing/left_lines.py has them.
    undo_found: Any = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
