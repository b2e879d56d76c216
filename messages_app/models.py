"""What SQL knows of messages: their permissions, the days that have some, who did what to them, and
the views of them that people saved. The messages themselves are in DynamoDB."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from messages_app.record import Message as Record


class Message(models.Model):
    """A record as the admin knows it; ``key`` is its date and time, as the audit trail has them.

    Unmanaged: there is no table. The class makes the content type and the permissions view, add,
    change and delete.
    """

    key = models.CharField(primary_key=True, max_length=250)
    record: "Record | None" = None

    class Meta:
        managed = False
        default_permissions = ("view", "add", "change", "delete")

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("records are written through messages_app.editing")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("records are deleted through messages_app.editing")


class Day(models.Model):
    """A UTC date that may have records, and how many; see messages_app/days.py."""

    date = models.CharField(max_length=10, primary_key=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return self.date


class AuditEntry(models.Model):
    """Somebody did something to a record or an import; written once, never changed."""

    class Door(models.TextChoices):
        PAGE = "page"
        API = "api"
        ADMIN = "admin"

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
    door = models.CharField(max_length=10, choices=Door.choices)
    action = models.CharField(max_length=30)
    # What it was done to: "message" with its date and time, "import" with its id, and so on.
    kind = models.CharField(max_length=30)
    target = models.CharField(max_length=300)
    # For a changed record {field: [before, after]}; otherwise what else there is to say.
    detail: Any = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        default_permissions = ("view",)
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name_plural = "audit trail"
        indexes: ClassVar = [
            models.Index(fields=["kind", "target", "-at"], name="audit_target"),
            models.Index(fields=["-at"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.action} {self.kind} {self.target}"


class SavedView(models.Model):
    """A filter of the messages page that somebody gave a name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=80)
    # The query string of the messages page, without "?".
    query = models.CharField(max_length=4000, blank=True)
    is_shared = models.BooleanField(default=False)
    # The messages page opens with it for its owner.
    is_start = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_view_a_name"),
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(is_start=True), name="one_start_an_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.name
