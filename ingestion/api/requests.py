"""What the routes of imports share: which bodies they take, where a next page is, and the answer to
what cannot be done now."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.utils.urls import replace_query_param

# Of requests whose body is JSON, a form with nothing but a CSRF token, or none.
ANY_BODY: list[Any] = [*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser, FormParser]


class WrongState(APIException):
    """It is not in a state in which this can be done."""

    status_code = status.HTTP_409_CONFLICT


def changed_url(request: Request, parameter: str, value: object) -> str | None:
    """The address of the request with another value of a parameter; None without a value."""
    if value is None:
        return None
    return replace_query_param(request.build_absolute_uri(), parameter, str(value))
