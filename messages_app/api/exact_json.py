"""JSON whose numbers keep their digits: decimals are neither read nor written as binary floats."""

from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

import simplejson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

_ENCODER = JSONEncoder()
# More would be refused anyway, and Python's conversion of long integers is slow.
_MAX_NUMBER_LENGTH = 500


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
            data, use_decimal=True, default=_ENCODER.default, ensure_ascii=False, allow_nan=False
        )
        # Half a surrogate pair, from a client's own text, becomes its JSON escape.
        return text.encode("utf-8", "backslashreplace")


class ExactJSONParser(BaseParser):
    """Reads every JSON number as a Decimal."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return simplejson.loads(
                stream.read().decode("utf-8"),
                parse_int=_number,
                parse_float=_number,
                parse_constant=_refuse_constant,
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {error}") from error


def _number(text: str) -> Decimal:
    if len(text) > _MAX_NUMBER_LENGTH:
        raise ValueError("a number has too many digits")
    return Decimal(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")
