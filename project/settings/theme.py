"""What makes the admin's look our own: a colour, stylesheets, an icon."""

from collections.abc import Callable

from django.http import HttpRequest
from django.templatetags.static import static

# A blue of water in place of unfold's purple. 600 and 500 are texts and buttons, in light and in
# dark: both have a contrast of more than 4.5 to what lies behind or on them.
PRIMARY = {
    "50": "oklch(97.7% .013 236.62)",
    "100": "oklch(95.1% .026 236.824)",
    "200": "oklch(90.1% .058 230.902)",
    "300": "oklch(82.8% .111 230.318)",
    "400": "oklch(78% .13 232)",
    "500": "oklch(72% .15 235)",
    "600": "oklch(50% .134 242.749)",
    "700": "oklch(44.3% .11 240.79)",
    "800": "oklch(39.1% .09 240.876)",
    "900": "oklch(33% .075 242)",
    "950": "oklch(29.3% .066 243.157)",
}


def favicon(_: HttpRequest) -> str:
    return static("sluice/icon.svg")


def _stylesheet(name: str) -> Callable[[HttpRequest], str]:
    return lambda _: static(f"sluice/{name}.css")


_NAMES = (
    "frame",
    "frame/sidebar",
    "frame/print",
    "home/home",
    "uploads/upload",
    "imports",
    "rejects/grid",
    "tables",
    "forms",
    "messages/messages",
    "admin",
)


def frame_script(_: HttpRequest) -> str:
    return static("sluice/frame/frame.js")


STYLESHEETS = [_stylesheet(name) for name in _NAMES]
