"""The facade that gives messages their permissions; the messages themselves are in DynamoDB."""

from django.db import models


class Message(models.Model):
    """Unmanaged: it makes the content type and the permissions view, add, change and delete."""

    class Meta:
        managed = False
        default_permissions = ("view", "add", "change", "delete")

    def __str__(self) -> str:
        return "message"
