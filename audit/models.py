"""The audit trail in SQL."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """Somebody did something to a record or an import; written once, never changed."""

    class Channel(models.TextChoices):
        PAGE = "page"
        API = "api"
        ADMIN = "admin"
        INBOX = "inbox"

    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # It stays when the user is deleted.
    user_name = models.CharField(max_length=150)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    action = models.CharField(max_length=30)
    # What it was done to: "message" with its date and time, "import" with its id, and so on.
    kind = models.CharField(max_length=60)
    target = models.CharField(max_length=600)
    # For a changed record {field: [before, after]}; otherwise what else there is to say.
    detail: Any = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        # Table, permission and addresses keep the names that they had when the trail was theirs.
        app_label = "messages_app"
        default_permissions = ("view",)
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name_plural = "audit trail"
        indexes: ClassVar = [
            models.Index(fields=["kind", "target", "-at"], name="audit_target"),
            models.Index(fields=["-at"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.action} {self.kind} {self.target}"
