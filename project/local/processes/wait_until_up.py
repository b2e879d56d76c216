"""Waits until a local server answers."""

import asyncio
import urllib.request

_PAUSE_SECONDS = 0.1
_READ_SECONDS = 5

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


async def until_answers(url: str) -> None:
    """Return when a GET of ``url`` succeeds. How long that may take is the caller's matter."""
    while not await asyncio.to_thread(_answers, url):
        await asyncio.sleep(_PAUSE_SECONDS)


def _answers(url: str) -> bool:
    try:
        with _opener.open(url, timeout=_READ_SECONDS):
            return True
    except OSError:
        return False
