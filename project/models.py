"""What the web processes share through SQL."""

from typing import ClassVar

from django.db import models


class RequestCount(models.Model):
    """The requests that one client made in one window of time; see project/throttles.py."""

    # ``user:7`` or ``address:192.0.2.1``
    identity = models.CharField(max_length=64)
    scope = models.CharField(max_length=20)
    window_start = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity", "scope"], name="one_count_a_scope")
        ]

    def __str__(self) -> str:
        return f"{self.identity} {self.scope}"
