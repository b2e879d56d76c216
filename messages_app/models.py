"""What SQL knows of messages: their permissions, the days that have some, and the views of them
that people saved. The messages themselves are in DynamoDB."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from messages_app.schema.record import Message as Record


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
    """A UTC date that may have records, and how many; see messages_app/store/day_index.py."""

    date = models.CharField(max_length=10, primary_key=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return self.date


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
