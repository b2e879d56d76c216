"""The form of a record, made from the schema."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from common.pages.text import shortened
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Message
from messages_app.schema.schema import Field, Schema, Values
from messages_app.schema.types import Value, as_text
from messages_app.schema.validation import Invalid

# Longer than anything that can be valid; what is allowed is said by the field's own rule.
_LONGEST_INPUT = 4096
_TIME_HINT = "Like 2019-05-28T10:55:09Z, or epoch seconds. It makes the record's date and time."


class CleanedField(forms.CharField):
    """A text input whose value is read by one of the project's own cleaning functions."""

    def __init__(self, clean_text: Callable[[str], Value], **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST_INPUT, **kwargs)
        self._clean_text = clean_text

    def clean(self, value: Any) -> Value:
        text: str = super().clean(value)
        try:
            return self._clean_text(text)
        except Invalid as error:
            sentence = f"“{shortened(text)}” {error.detail}."
            raise forms.ValidationError(sentence, error.code) from None


class RecordForm(forms.Form):
    """The fields of a record. The one that its key is made from can be given only to a new record;
    one that exists comes with the entity tag that it had when it was read."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        message: Message | None = None,
        schema: Schema = MESSAGE,
    ) -> None:
        super().__init__(data)
        self._names = [
            field.name
            for field in schema.fields
            if message is None or field.name != schema.time_field
        ]
        for name in self._names:
            self.fields[name] = _form_field(schema.by_name[name], schema)
            if message is not None:
                self.initial[name] = as_text(message.values[name])
        if message is not None:
            self.fields["etag"] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.initial["etag"] = message.etag()

    @property
    def values(self) -> Values:
        """The fields as they were given; the form must be valid."""
        return {name: self.cleaned_data[name] for name in self._names}

    @property
    def etag(self) -> str:
        """Of the record as it was read; the form must be valid."""
        given: str = self.cleaned_data["etag"]
        return given

    @property
    def inputs(self) -> list[forms.BoundField]:
        return [self[name] for name in self._names]


def _form_field(field: Field, schema: Schema) -> CleanedField:
    is_number = field.type.is_number
    is_time = field.name == schema.time_field
    attributes = {"autocomplete": "off", "class": "input"}
    if is_number and not is_time:
        attributes["inputmode"] = "decimal"
    return CleanedField(
        field.type.from_text,
        label=f"{field.label} ({field.unit})" if field.unit and not is_time else field.label,
        help_text=_TIME_HINT if is_time else "",
        widget=forms.TextInput(attrs=attributes),
        error_messages={"required": f"Give the {field.label.lower()}."},
    )
