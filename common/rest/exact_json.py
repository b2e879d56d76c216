"""JSON whose numbers keep their digits: decimals are neither read nor written as binary floats."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

import simplejson
from django.conf import settings
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

from common.digits import LARGEST, from_digits

_ENCODER = JSONEncoder()
# More would be refused anyway, and Python's conversion of long integers is slow.
_MAX_NUMBER_LENGTH = 500
# Nothing that is sent here has more than five objects and lists inside each other.
_MAX_DEPTH = 20
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|([\[{])|([\]}])', re.DOTALL)


class BodyTooLarge(APIException):
    """A request's body is larger than is read into memory."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large. Send fewer records in one request, or a file."


class ExactJSONRenderer(BaseRenderer):
    """Writes decimals as JSON numbers with all their digits."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        text: str = simplejson.dumps(
            data,
            use_decimal=True,
            default=_ENCODER.default,
            ensure_ascii=False,
            allow_nan=False,
            indent=_indent(accepted_media_type),
        )
        # Half a surrogate pair, from a client's own text, becomes its JSON escape.
        return text.encode("utf-8", "backslashreplace")


def _indent(accepted_media_type: str | None) -> int | None:
    """``application/json; indent=4`` is how the browsable API asks for JSON that people read."""
    _, parameters = parse_header_parameters(accepted_media_type or "")
    indent = parameters.get("indent", "")
    spaces = from_digits(indent, LARGEST)
    return None if spaces is None else min(spaces, 8)


class ExactJSONParser(BaseParser):
    """Reads every JSON number as a Decimal."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge
        try:
            return exact_json(body.decode("utf-8"))
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}") from error


def exact_json(text: str) -> Any:
    """What a JSON text that somebody else wrote holds. Raises ValueError, also for what lies deeper
    or has longer numbers than anything that is meant here."""
    _check_depth(text)
    return simplejson.loads(
        text, parse_int=_number, parse_float=_number, parse_constant=_refuse_constant
    )


def _check_depth(text: str) -> None:
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += (found.lastindex == 1) - (found.lastindex == 2)
        if depth > _MAX_DEPTH:
            raise ValueError(f"it nests more than {_MAX_DEPTH} objects and lists")


def _number(text: str) -> Decimal:
    if len(text) > _MAX_NUMBER_LENGTH:
        raise ValueError("a number has too many digits")
    return Decimal(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")
