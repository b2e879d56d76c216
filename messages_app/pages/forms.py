"""The query form of the messages page, made from the schema."""

import re
from collections.abc import Callable
from typing import Any

from django import forms

from messages_app import instants
from messages_app.faults import Invalid
from messages_app.repository import PageQuery
from messages_app.schema import MESSAGE, Schema
from messages_app.values import Value

# The beginning of a time, as keys have it.
_TIME_PREFIX = re.compile(r"(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?", re.ASCII)
# Longer than anything that can be valid; what is allowed is said by the field's own rule.
_LONGEST_INPUT = 4096


class CleanedField(forms.CharField):
    """A text input whose value is read by one of the project's own cleaning functions."""

    def __init__(self, clean_text: Callable[[str], Value], **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST_INPUT, **kwargs)
        self._clean_text = clean_text

    def clean(self, value: Any) -> Value:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return self._clean_text(text)
        except Invalid as error:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise forms.ValidationError(f"“{shown}” {error.detail}.", error.code) from None


class MessageQueryForm(forms.Form):
    """Date, times, and an equality filter for each text field of the schema."""

    def __init__(self, data: Any, schema: Schema = MESSAGE) -> None:
        super().__init__(data)
        self._filters = [field for field in schema.fields if field.type.kind == "text"]
        self.fields["date"] = CleanedField(
            instants.clean_date,
            label="Date (UTC)",
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"required": "Choose a date."},
        )
        for name, label, example in (
            ("time_from", "From", "00:00"),
            ("time_to", "To", "23:59:59"),
        ):
            self.fields[name] = CleanedField(
                _clean_time_prefix,
                label=label,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": example, "autocomplete": "off"}),
            )
        for field in self._filters:
            self.fields[field.name] = CleanedField(
                field.type.from_text,
                label=field.label,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": "any", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        start, end = given.get("time_from", ""), given.get("time_to", "")
        # "10:55" as an end takes in all that begins so.
        if start and end and start > end and not start.startswith(end):
            self.add_error("time_to", f"The end, {end}, lies before the beginning, {start}.")
        return given

    @property
    def query(self) -> PageQuery:
        """What was asked for; the form must be valid."""
        given = self.cleaned_data
        filters = {field.name: given[field.name] for field in self._filters if given[field.name]}
        return PageQuery(given["date"], given["time_from"], given["time_to"], filters)


def _clean_time_prefix(text: str) -> str:
    if not _TIME_PREFIX.fullmatch(text):
        raise Invalid("not_a_time", "is not a time of day: write it like 10, 10:55 or 10:55:09.38")
    return instants.clean_time(text) if len(text) >= len("10:55:09") else text
