"""Addresses in answers."""

from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param


def changed_url(request: Request, parameter: str, value: object) -> str | None:
    """The address of the request with another value of a parameter; None without a value."""
    if value is None:
        return None
    return replace_query_param(request.build_absolute_uri(), parameter, str(value))
