"""What the web processes share through SQL, and what is known of API tokens."""

from typing import ClassVar

from django.db import models

LONGEST_NAME = 80


class RequestCount(models.Model):
    """The requests that one client made in one window of time; see project/access/throttles.py."""

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


class TokenInfo(models.Model):
    """What is known of an API token besides the token itself, which is knox's; see
    project/access/tokens.py."""

    token = models.OneToOneField(
        "knox.AuthToken", primary_key=True, on_delete=models.CASCADE, related_name="info"
    )
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    # Not to the second: to write it down at every request would cost a write each.
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
