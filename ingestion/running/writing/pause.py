"""How long a task waits that goes on later."""

import random

from django.conf import settings

# SQS delays a message no longer.
LONGEST_SECONDS = 900


def pause_seconds() -> int:
    """Until a table that takes nothing at all is asked again; other tasks have their turn."""
    seconds = settings.TASK_SECONDS * random.uniform(0.5, 1.5)  # noqa: S311
    return min(LONGEST_SECONDS, int(seconds))
