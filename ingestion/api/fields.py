"""Serializer fields whose faults are sentences in the API's own words."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import TextChoices
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from common.rest import json_schema
from ingestion.aws.object_keys import IMPORT_SUFFIXES
from messages_app.schema import timestamps
from messages_app.schema.validation import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_LENGTH = len("2019-05-28")
_ENCODINGS = [
    *("", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r", "mac-roman"),
    *(f"windows-{number}" for number in range(1250, 1259)),
    *(f"iso-8859-{number}" for number in range(1, 17) if number != 12),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
]
# The endings in small and capital letters.
_ANY_CASE = "|".join(
    re.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", re.escape(suffix))
    for suffix in IMPORT_SUFFIXES
)


# No enum, of which drf-spectacular would part the empty one from the others.
@extend_schema_field({"type": "string", "pattern": f"^(?:{'|'.join(_ENCODINGS)})$"})
class EncodingField(serializers.CharField):
    """The name of an encoding, or nothing."""


# One that there is, which a document that is the same for all cannot say.
@extend_schema_field({"type": "string", "maxLength": 40, "example": "messages"})
class KindField(serializers.CharField):
    """The name of a kind, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)


@extend_schema_field(
    {
        "type": "string",
        "maxLength": 1024,
        "pattern": rf"^[^\u0000]*(?:{_ANY_CASE})[{json_schema.SPACES}]*$",
        "example": "monday.csv",
    }
)
class FileNameField(serializers.CharField):
    """The name of a file that can be imported."""


@extend_schema_field({"type": "string", "format": "binary", "minLength": 1})
class StreamedFile(serializers.FileField):
    """A file of a form. An empty one is refused when the upload ends, with the reason."""

    def __init__(self, **kwargs: Any) -> None:
        sentence = "is missing: send it as multipart form data"
        super().__init__(
            allow_empty_file=True,
            error_messages=dict.fromkeys(("required", "invalid"), sentence),
            **kwargs,
        )


@extend_schema_field({"anyOf": [json_schema.DATE, json_schema.ISO]})
class MomentField(serializers.Field[datetime, str, str, Any]):
    """An ISO 8601 date-time with its offset; or a UTC date, which stands for its first moment or,
    ``at_end``, for its last."""

    def __init__(self, *, at_end: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._at_end = at_end

    def to_internal_value(self, data: Any) -> datetime:
        text = str(data)
        try:
            if len(text) <= _DATE_LENGTH:
                return self._of_date(date.fromisoformat(timestamps.clean_date(text)))
            seconds = timestamps.seconds_from_iso(text)
        except Invalid as error:
            raise ValidationError([ErrorDetail(error.detail, error.code)]) from error
        return _EPOCH + timedelta(microseconds=int(seconds * 10**6))

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()

    def _of_date(self, day: date) -> datetime:
        return datetime.combine(day, time.max if self._at_end else time.min, UTC)


class ChoiceField(serializers.ChoiceField):
    """One whose empty value is a fault in forms too, as it is in JSON."""

    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        return dictionary.get(self.field_name, empty)


def choice(options: type[TextChoices], **kwargs: Any) -> ChoiceField:
    """One of the choices of a model's column."""
    return ChoiceField(choices=options.choices, error_messages=_faults(options), **kwargs)


def choices(options: type[TextChoices], **kwargs: Any) -> serializers.MultipleChoiceField:
    """One or several of them."""
    return serializers.MultipleChoiceField(
        choices=options.choices, error_messages=_faults(options), **kwargs
    )


def _faults(options: type[TextChoices]) -> dict[str, Any]:
    return {"invalid_choice": f"must be one of {', '.join(options.values)}"}
