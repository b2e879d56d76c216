"""Reads settings from the environment and reports everything that is wrong with them at once."""

from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from common.digits import from_digits

_UNSET = object()
# Ways to send mail, with their usual ports.
_MAIL = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "filemail": None}


class Environment:
    """Typed access to the environment that collects faults instead of stopping at the first.

    Call :meth:`check` after the last setting was read: it raises
    :class:`~django.core.exceptions.ImproperlyConfigured` with one line for each fault.
    """

    def __init__(self) -> None:
        self._env = environ.Env()
        self._faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """A string. Without a default it must be set and not empty."""
        value: str = self._env.str(name, default="") or default or ""
        if default is None and not value:
            self._faults.append(f"{name} is not set.")
        return value

    def optional(self, name: str) -> str | None:
        """A string, or None when it is unset or empty."""
        return self._env.str(name, default="") or None

    def flag(self, name: str, default: bool) -> bool:
        """``true``/``false`` (also ``1``/``0``, ``yes``/``no``, ``on``/``off``)."""
        data = self._env.str(name, default="").strip().lower()
        if not data:
            return default
        if data in {"true", "1", "yes", "on"}:
            return True
        if data not in {"false", "0", "no", "off"}:
            self._faults.append(f"{name} must be true or false, not {data!r}.")
        return False

    def number(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """A whole number from ``minimum`` to ``maximum``."""
        data = self._env.str(name, default="") or str(default)
        number = from_digits(data, maximum, minimum)
        if number is None:
            self._faults.append(
                f"{name} must be a whole number from {minimum} to {maximum}, not {data!r}."
            )
            return default
        return number

    def items(self, name: str) -> list[str]:
        """A comma-separated list; spaces around the items do not count."""
        return [item.strip() for item in self._env.str(name, default="").split(",") if item.strip()]

    def database(self, name: str, default: str) -> dict[str, Any]:
        """A database URL (``sqlite:///file``, ``postgres://user:password@host/name``)."""
        try:
            config: dict[str, Any] = dict(self._env.db_url(name, default=default))
        except (ImproperlyConfigured, ValueError):
            config = {}
        if not config.get("ENGINE"):
            self._faults.append(
                f"{name} is not a database URL: write sqlite:///path/to/file or "
                "postgres://user:password@host:port/name."
            )
        return config

    def address(self, name: str) -> str:
        """The beginning of addresses, ``https://host``, without a slash at its end; or empty."""
        text: str = self._env.str(name, default="").rstrip("/")
        parts = urlsplit(text)
        if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
            self._faults.append(f"{name} must be an address such as https://sluice.example.org.")
        return text

    def mail(self, name: str) -> dict[str, Any]:
        """Django's settings of mail, from an address: ``smtp+tls://user:password@host:587``,
        ``smtp+ssl://``, ``smtp://``, or ``filemail:///folder``; none without one."""
        text: str = self._env.str(name, default="")
        if not text:
            return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
        try:
            config: dict[str, Any] = dict(self._env.email_url_config(text))
        except (ImproperlyConfigured, ValueError, KeyError):
            config = {}
        if text.partition(":")[0] not in _MAIL or not config:
            self._faults.append(
                f"{name} is not an address of a mail server: write"
                " smtp+tls://user:password@host:587, or filemail:///path/to/folder."
            )
        scheme, path = text.partition(":")[0], unquote(urlsplit(text).path)
        port = config.get("EMAIL_PORT") or _MAIL.get(scheme)
        return {**config, "EMAIL_PORT": port, "EMAIL_FILE_PATH": path}

    def check(self) -> None:
        """Raise ImproperlyConfigured when any value read so far was missing or wrong."""
        if self._faults:
            raise ImproperlyConfigured(
                " ".join(self._faults)
                + " The README's table of settings tells what each one takes; on one machine"
                " `set -a; . .local/env` sets them all."
            )
