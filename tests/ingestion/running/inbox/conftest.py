"""A listener that does not wait for messages that are not there yet."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from ingestion.running.inbox.inbox_listener import InboxListener


@pytest.fixture(autouse=True)
def at_once(settings: LazySettings) -> None:
    settings.POLL_SECONDS = 0


@pytest.fixture
def listen() -> Callable[[], object]:
    """Does with the messages that are there what a poll does."""
    return InboxListener().listen_once
