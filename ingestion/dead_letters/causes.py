"""Why a delivery failed, kept for the page of the dead letters: what becomes one says nothing of
it itself."""

from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from common.database.optional_write import optional_write

# As long as SQS keeps a dead letter.
_KEPT = timedelta(days=14)
_FORGOTTEN_AT_ONCE = 100
_LONGEST_CAUSE = 500


class FailedDelivery(models.Model):
    """The last failure of a message, by SQS's id, which it keeps as a dead letter."""

    id = models.CharField(max_length=100, primary_key=True)
    cause = models.CharField(max_length=_LONGEST_CAUSE)
    at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "ingestion"
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return self.cause


def note(message: str, cause: str) -> None:
    """Keep why it failed, as far as the database answers; forget some that are old."""
    now = timezone.now()
    with optional_write("the cause of a failed delivery"):
        FailedDelivery.objects.update_or_create(
            pk=message, defaults={"cause": cause[:_LONGEST_CAUSE], "at": now}
        )
        old = FailedDelivery.objects.filter(at__lt=now - _KEPT).values_list("pk", flat=True)
        FailedDelivery.objects.filter(pk__in=list(old[:_FORGOTTEN_AT_ONCE])).delete()


def known(messages: Collection[str]) -> dict[str, str]:
    """The causes that are known, by the ids of the messages."""
    found = FailedDelivery.objects.filter(pk__in=messages)
    return {failed.pk: failed.cause for failed in found}
