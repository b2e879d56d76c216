"""The running stack's web, over HTTP, with an API token."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import urllib3

from project.local.invoke.answer import InvokeResponse, NotInvoked

_URL = "http://127.0.0.1:8000"
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Web:
    """``url`` has no slash at its end."""

    url: str
    token: str

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> Self:
        """As ``.local/env`` names it: ``SLUICE_URL`` and ``SLUICE_TOKEN_FILE``, or in place of the
        file ``SLUICE_TOKEN``. Raises NotInvoked.
        """
        url = environment.get("SLUICE_URL", _URL).rstrip("/")
        token = environment.get("SLUICE_TOKEN", "")
        path = environment.get("SLUICE_TOKEN_FILE", "")
        try:
            token = token or Path(path).read_text().strip()
        except OSError as error:
            raise NotInvoked(
                "There is no API token: start the stack with bin/up, or set SLUICE_TOKEN."
            ) from error
        return cls(url, token)

    def ask(self, method: str, path: str, body: str = "", content_type: str = "") -> InvokeResponse:
        """``path`` is encoded, with its query. Raises NotInvoked when nothing answers."""
        headers = {"Authorization": f"Token {self.token}", "Accept": "application/json"}
        if body:
            headers["Content-Type"] = content_type
        try:
            response = urllib3.PoolManager().request(
                method,
                self.url + path,
                body=body.encode() or None,
                headers=headers,
                timeout=_SECONDS,
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise NotInvoked(f"{self.url} does not answer. Is bin/up running?") from error
        return InvokeResponse(response.status, response.data.decode(errors="replace"))
