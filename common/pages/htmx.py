"""Requests of scripts, which replace a part of a page. https://htmx.org/reference/#request_headers"""

from django.http import HttpRequest


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for, not a page."""
    return request.headers.get("HX-Request") == "true"
