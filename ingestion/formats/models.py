"""Formats and their versions; see ingestion/reading/formats/definition.py for what they say."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.from_json import definition_from_json


class Format(models.Model):
    """What has to be said once of the files of one producer. Its versions say it.

    By ``key_pattern``, or else by the ``fingerprint`` of its header, files are recognised. A
    retired one recognises none, and stays for the imports that it read.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=63)
    version = models.PositiveIntegerField(default=1)
    key_pattern = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    is_retired = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(is_retired=False), name="one_format_a_name"
            ),
            models.UniqueConstraint(
                fields=["key_pattern"],
                condition=models.Q(is_retired=False) & ~models.Q(key_pattern=""),
                name="one_format_a_pattern",
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(is_retired=False) & ~models.Q(fingerprint=""),
                name="one_format_a_header",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> "FormatVersion":
        """The newest version: what files that come now are read by."""
        return self.versions.get(number=self.version)


class FormatVersion(models.Model):
    """One version of a format. It never changes: imports are pinned to it."""

    id = models.BigAutoField(primary_key=True)
    format = models.ForeignKey(Format, related_name="versions", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    options: Any = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["format", "number"], name="one_number_a_format_version")
        ]

    def __str__(self) -> str:
        return f"{self.format} version {self.number}"

    @property
    def definition(self) -> FormatDefinition:
        return definition_from_json(self.options)
