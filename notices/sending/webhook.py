"""Notices to webhooks: a signed POST, to an address that was looked at, and nowhere else."""

import http.client
import time
from urllib.parse import urlsplit

from django.conf import settings

from notices.models import Notice, Webhook
from notices.sending.addresses import resolved
from notices.sending.content import as_json
from notices.sending.outcome import NotSent
from notices.sending.pinned import Pinned, in_time
from notices.sending.signing import secret_of, signature

# Nothing of an answer is used but its status; this much is read of it.
_MOST_BYTES = 16_384


def send_webhook(notice: Notice, webhook: Webhook) -> str:
    """The status that was answered. Raises NotSent."""
    body = as_json(notice)
    now = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Sluice",
        "Connection": "close",
        "Sluice-Notice-Id": str(notice.pk),
        "Sluice-Time": now,
        "Sluice-Signature": f"sha256={signature(secret_of(webhook), now, body)}",
    }
    status, reason = _post(webhook.url, body, headers)
    status_line = f"{status} {reason}".strip()
    if 300 <= status < 400:
        raise NotSent(f"It answers {status_line}; redirects are not followed.")
    if not 200 <= status < 300:
        raise NotSent(f"It answers {status_line}.")
    return status_line


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_tls else 80)
    connection = Pinned(host, port, resolved(host, port), is_tls=is_tls)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        with in_time(connection):
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            response.read(_MOST_BYTES)
            return response.status, _printable(response.reason)
    except TimeoutError as error:
        raise NotSent(f"No answer within {settings.NOTICE_SECONDS} seconds.") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"No answer: {_printable(str(error)) or type(error).__name__}.") from error
    finally:
        connection.close()


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable())[:100]
