"""Headers that Django does not set."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

# What no page needs, so that nothing that got into one can ask for it.
_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
HEADERS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _FEATURES),
    # Pages of other sites cannot embed ours, or their images, or read them through a side channel.
    "Cross-Origin-Resource-Policy": "same-origin",
    # Records and names are for who asked, and for no proxy or disk on the way.
    "Cache-Control": "private, no-store",
}


class SecurityHeaders:
    """Puts them on every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        # It is the same for all, so that django-csp need not make it for each.
        self._headers = {**HEADERS, "Content-Security-Policy": build_policy()}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        for name, value in self._headers.items():
            response.setdefault(name, value)
        return response
