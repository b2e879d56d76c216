"""What SQL knows of the columns: which file has the records of which day, and who builds."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class ColumnFile(models.Model):
    """The Parquet file of a day of a kind; see columns/files.py.

    It has what the table had at ``read_at``, when the day had this ``mark``. ``is_quiet`` tells
    that no write was under way then: so it has what the table has for as long as the mark stays.
    Without a ``name`` there is no file, as the day could not be read in the time of a task.
    """

    kind = models.CharField(max_length=40)
    date = models.CharField(max_length=10)
    name = models.CharField(max_length=40, blank=True)
    mark = models.BigIntegerField()
    is_quiet = models.BooleanField()
    read_at = models.DateTimeField()
    records = models.BigIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "date"], name="one_column_file_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.date}"


class Builder(models.Model):
    """That a worker was asked to build what is due of a kind, and until when nobody else is."""

    kind = models.CharField(max_length=40, primary_key=True)
    asked_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind


class Statement(models.Model):
    """A statement that somebody saved under a name; see columns/asking/sql/."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statements"
    )
    name = models.CharField(max_length=80)
    text = models.TextField()
    is_shared = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        permissions: ClassVar = [("run_statement", "Can run SQL over records")]
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_statement_a_name")
        ]

    def __str__(self) -> str:
        return self.name
