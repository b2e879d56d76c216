from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from audit.actor import Actor, Channel
from notices import choosing
from notices.models import Event, Webhook
from tests.notices.receivers import Receiver, SmtpSink, http_receiver, smtp_sink


@pytest.fixture(autouse=True)
def at_once(settings: Any) -> None:
    """What gathers goes out at once, where a test does not say otherwise."""
    settings.NOTICE_GATHER_SECONDS = 0
    settings.NOTICE_PRIVATE_ADDRESSES = True
    settings.SITE_URL = "https://sluice.example.org"


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    """A mail server, which the settings name."""
    with smtp_sink() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as found:
        yield found


@pytest.fixture
def ada(db: None) -> User:
    """She may see everything."""
    return User.objects.create_superuser("ada", "ada@example.org")


@pytest.fixture
def actor(ada: User) -> Actor:
    return Actor(ada, Channel.PAGE)


@pytest.fixture
def webhook(receiver: Receiver, actor: Actor) -> Webhook:
    """It is told of everything."""
    return choosing.make_webhook(
        {"name": "alarms", "url": receiver.url, "events": sorted(Event)}, actor
    )
