"""The form of a record, made from the schema."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from common.pages.text import shortened
from messages_app.schema.record import Record, build_record
from messages_app.schema.schema import Changes, Field, Schema
from messages_app.schema.types import Value, as_text
from messages_app.schema.validation import Invalid

# Longer than anything that can be valid; what is allowed is said by the field's own rule.
_LONGEST_INPUT = 4096
_IS_KEY = "It makes the record's date and time."


class CleanedField(forms.CharField):
    """A text input whose value is read by one of the project's own cleaning functions."""

    def __init__(self, clean_text: Callable[[str], Value | None], **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST_INPUT, **kwargs)
        self._clean_text = clean_text

    def clean(self, value: Any) -> Value | None:
        text: str = super().clean(value)
        try:
            return self._clean_text(text)
        except Invalid as error:
            sentence = f"“{shortened(text)}” {error.detail}."
            raise forms.ValidationError(sentence, error.code) from None


class GivenRecord:
    """What a valid form says of a record, here and in the admin."""

    schema: Schema
    cleaned_data: dict[str, Any]

    @property
    def new_record(self) -> Record:
        values = {name: self.cleaned_data[name] for name in self.schema.names}
        return build_record(self.schema, self.schema.present(values))

    def changes_of(self, record: Record) -> Changes:
        """The fields that are to have another value than the record has, or none."""
        cleaned = {field.name: self.cleaned_data[field.name] for field in self.schema.changeable}
        return {name: value for name, value in cleaned.items() if value != record.values.get(name)}


class RecordForm(GivenRecord, forms.Form):
    """The fields of a record. The one that its key is made from can be given only to a new record;
    one that exists comes with the entity tag that it had when it was read."""

    def __init__(
        self,
        schema: Schema,
        data: Mapping[str, Any] | None = None,
        record: Record | None = None,
    ) -> None:
        super().__init__(data)
        self.schema = schema
        fields = schema.fields if record is None else schema.changeable
        self._names = [field.name for field in fields]
        self.fields.update({field.name: _form_field(field, schema) for field in fields})
        if record is not None:
            self.initial = initial_of(record)
            self.fields["etag"] = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def etag(self) -> str:
        """Of the record as it was read; the form must be valid."""
        etag: str = self.cleaned_data["etag"]
        return etag

    @property
    def inputs(self) -> list[forms.BoundField]:
        return [self[name] for name in self._names]


def initial_of(record: Record) -> dict[str, str]:
    """What the form of a record shows at first."""
    values = {name: as_text(value) for name, value in record.values.items()}
    return {**values, "etag": record.etag()}


def optional_hint(field: Field) -> str:
    return "" if field.required else "May be empty."


def choices_of(field: Field) -> list[tuple[str, str]]:
    """What there is to choose from; nothing where a value is typed."""
    return [(one, one) for one in ("", *field.type.options)] if field.type.options else []


def _widget(field: Field, attributes: dict[str, str]) -> forms.Widget:
    if choices := choices_of(field):
        return forms.Select(attributes, choices)
    return forms.TextInput(attrs=attributes)


def _form_field(field: Field, schema: Schema) -> CleanedField:
    is_key = field.name == schema.time_field
    attributes = {"autocomplete": "off", "class": "input"}
    if field.type.input_mode:
        attributes["inputmode"] = field.type.input_mode
    return CleanedField(
        field.from_text,
        required=field.required,
        label=field.label if field.type.hint else field.heading,
        help_text=" ".join(
            filter(None, (field.type.hint, _IS_KEY if is_key else "", optional_hint(field)))
        ),
        widget=_widget(field, attributes),
        error_messages={"required": f"Give the {field.label.lower()}."},
    )
