"""The secret of a webhook, and the signature by which its receiver knows Sluice."""

import hmac
import secrets

from django.utils.crypto import salted_hmac

from notices.models import Webhook

_PURPOSE = "notices.webhook"


def new_salt() -> str:
    return secrets.token_hex(32)


def secret_of(webhook: Webhook) -> str:
    """What its receiver has to know. It changes with SECRET_KEY, and with the salt."""
    return salted_hmac(_PURPOSE, webhook.salt, algorithm="sha256").hexdigest()


def signature(secret: str, time: str, body: bytes) -> str:
    """HMAC-SHA256 of ``<time>.<body>``, in hex."""
    return hmac.new(secret.encode(), time.encode() + b"." + body, "sha256").hexdigest()
