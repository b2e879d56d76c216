"""Moments."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from common.rest import json_schema
from common.rest.json_schema import JSONSchema
from messages_app.schema import epoch_seconds, timestamps
from messages_app.schema.invisible import visible
from messages_app.schema.types.decimals import (
    DecimalType,
    canonical,
    exact_decimal,
)
from messages_app.schema.validation import Invalid


@dataclass(frozen=True, slots=True)
class Timestamp(DecimalType):
    """A moment: epoch seconds with any fraction, or a date and time with an offset; kept as
    seconds. See messages_app/schema/timestamps.py and epoch_seconds.py."""

    name: ClassVar[str] = "timestamp"
    is_moment: ClassVar[bool] = True
    hint: ClassVar[str] = "Like 2019-05-28T10:55:09Z, or epoch seconds."

    def from_text(self, text: str) -> Decimal:
        if epoch_seconds.PLAIN.fullmatch(text):
            return Decimal(text)
        text = visible(text)
        if timestamps.looks_like_date(text):
            return canonical(timestamps.seconds_from_iso(text))
        value = _seconds(text)
        epoch_seconds.check(text, value)
        return value

    def from_json(self, data: object) -> Decimal:
        if isinstance(data, str) and not timestamps.looks_like_date(data):
            raise Invalid(
                "not_a_timestamp",
                "must be a number, without quotes, or ISO 8601 such as 2019-05-28T10:55:09Z",
            )
        return self._from_number(data)

    def example(self, name: str) -> float:
        return 1559040909.3853335

    def sent_schema(self) -> JSONSchema:
        return {"anyOf": [json_schema.EPOCH_SECONDS, json_schema.ISO]}

    def answered_schema(self) -> JSONSchema:
        return json_schema.ANSWERED


def _seconds(text: str) -> Decimal:
    try:
        return exact_decimal(text)
    except Invalid as error:
        if error.code != "not_a_number":
            raise
        raise Invalid(
            "not_a_timestamp",
            "is not a timestamp: write epoch seconds such as 1559040909.38, "
            "or ISO 8601 with an offset such as 2019-05-28T10:55:09Z",
        ) from None
