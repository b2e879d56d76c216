"""What the routes of imports share: which bodies they take, and the answer to what cannot be done
now."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.settings import api_settings

# Of requests whose body is JSON, a form with nothing but a CSRF token, or none.
ANY_BODY: list[Any] = [*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser, FormParser]


class WrongState(APIException):
    """It is not in a state in which this can be done."""

    status_code = status.HTTP_409_CONFLICT
