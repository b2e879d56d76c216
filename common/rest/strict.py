"""What clients send, read strictly: bodies and query strings."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from common.rest.json_schema import JSONSchema

# What browsers add to forms, and addresses have for the choice of a format.
_NOT_OURS = frozenset({"csrfmiddlewaretoken", str(api_settings.URL_FORMAT_OVERRIDE)})


class Strict(serializers.Serializer[Any]):
    """Refuses names that it does not know: a misspelt one would be ignored silently."""

    default_error_messages: ClassVar = {
        "invalid": "Send a JSON object.",
        "unknown": "is not known here",
    }
    ignored: ClassVar[frozenset[str]] = _NOT_OURS

    def to_internal_value(self, data: Any) -> Any:
        members = data if isinstance(data, Mapping) else {}
        unknown = {
            name: [ErrorDetail(str(self.error_messages["unknown"]), "unknown")]
            for name in members
            if name not in self.fields and name not in self.ignored
        }
        try:
            cleaned = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**error.detail, **unknown}) from error  # type: ignore[dict-item]
        if unknown:
            raise ValidationError(unknown)
        return cleaned


class Parsed(serializers.Field):  # type: ignore[type-arg]
    """A value that is read by a function, which raises ValueError with a ``code``, or
    ValidationError; ``json_schema`` tells what it takes."""

    default_error_messages: ClassVar = {"required": "is missing", "null": "is missing"}

    def __init__(
        self,
        read: Callable[[Any], Any],
        json_schema: JSONSchema,
        required: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(required=required, **kwargs)
        self.read = read
        self.json_schema = json_schema

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.read(data)
        except ValueError as error:
            raise ValidationError([fault_of(error)]) from error


class Alternatives(Parsed):
    """A parameter that can be repeated: each value is read by itself."""

    def __init__(
        self, read: Callable[[Any], Any], one: JSONSchema, max_values: int, **kwargs: Any
    ) -> None:
        super().__init__(read, {"type": "array", "items": one, "maxItems": max_values}, **kwargs)
        self.max_values = max_values

    def to_internal_value(self, data: list[str]) -> tuple[Any, ...]:
        if len(data) > self.max_values:
            raise ValidationError(f"can have at most {self.max_values} values", "too_many")
        values, faults = [], []
        for text in data:
            try:
                values.append(self.read(text))
            except ValueError as error:
                faults.append(fault_of(error))
        if faults:
            raise ValidationError(faults)
        return tuple(values)


class WholeNumber(serializers.IntegerField):
    """A whole number of ASCII digits, from ``minimum`` to ``maximum``."""

    def __init__(self, minimum: int, maximum: int, **kwargs: Any) -> None:
        sentence = f"must be a whole number from {minimum:,} to {maximum:,}"
        faults = ("invalid", "min_value", "max_value", "max_string_length")
        super().__init__(
            min_value=minimum,
            max_value=maximum,
            error_messages=dict.fromkeys(faults, sentence),
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> int:
        text = str(data)
        if not text.isascii() or not text.isdigit():
            self.fail("invalid")
        return super().to_internal_value(text)


def fault_of(error: ValueError) -> ErrorDetail:
    """The API's word for a value that breaks its rule."""
    return ErrorDetail(str(error), getattr(error, "code", "invalid"))


def read_query(serializer: Strict, query: QueryDict) -> dict[str, Any]:
    """The values of a query string. Raises ValidationError that names each fault."""
    return dict(serializer.run_validation(_without_empty(query, serializer.fields)))


def read_body(serializer: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    """The values of a request's body. Raises ValidationError that names each fault."""
    check_body(serializer)
    return dict(serializer.validated_data)


def check_body(serializer: serializers.BaseSerializer[Any]) -> None:
    """Raises ValidationError that names each fault. Of ``null`` REST framework says only that no
    data was provided."""
    if serializer.initial_data is None:
        sentence = str(serializer.error_messages["invalid"])
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [ErrorDetail(sentence, "null")]})
    serializer.is_valid(raise_exception=True)


def _without_empty(query: QueryDict, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters without a value are as if not there; of one that was repeated, the last counts
    where only one can be meant."""
    several = (Alternatives, serializers.MultipleChoiceField)
    named = {name: [text for text in texts if text] for name, texts in query.lists()}
    return {
        name: texts if isinstance(fields.get(name), several) else texts[-1]
        for name, texts in named.items()
        if texts
    }
