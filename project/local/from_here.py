"""Tells the requests of programs on this machine from those of pages of other web sites.

Whatever a browser on this machine shows can send requests to loopback ports. Three headers, which
a page cannot forge, give it away: ``Origin`` and ``Sec-Fetch-Site`` say whose page asks, and
``Host`` has a foreign name when that was pointed to this machine (DNS rebinding).
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# What a browser says of an address that was typed; programs do not send the header at all. Images
# and links of pages have another value, and no Origin.
_TYPED = "none"


def origins_of_port(port: int) -> frozenset[str]:
    """The origins of the pages that a server on this port of this machine serves."""
    return frozenset({f"http://127.0.0.1:{port}", f"http://localhost:{port}"})


def is_from_here(headers: Mapping[bytes, bytes], origins: AbstractSet[str] = frozenset()) -> bool:
    """Whether a program asks, or a page of one of the origins. Names of headers in lower case."""
    if _host_name(headers.get(b"host", b"").decode("latin-1")) not in _LOOPBACK:
        return False
    origin = headers.get(b"origin")
    if origin is None:
        return headers.get(b"sec-fetch-site", _TYPED.encode()).decode("latin-1") == _TYPED
    return origin.decode("latin-1") in origins


def _host_name(host: str) -> str | None:
    """The name in a Host header, without its port; None when there is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
