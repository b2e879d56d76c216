"""Whose address a request came from."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's IP address; None when the server speaks through a socket file.

    Each proxy appends to ``X-Forwarded-For`` whom it heard from, so that the entry which the
    outermost of the ``TRUSTED_PROXIES`` wrote is the client. What stands before it the client may
    have written itself. With no trusted proxy the header counts for nothing.
    """
    proxies: int = settings.TRUSTED_PROXIES
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    seen = entries[-proxies] if 0 < proxies <= len(entries) else ""
    return _address(seen) or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """``192.0.2.1``, ``2001:db8::1``, also with a port as some proxies write it."""
    text = text.strip()
    for name in (text, _host_name(text)):
        try:
            return str(ip_address(name))
        except ValueError:
            continue
    return None


def _host_name(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""
