"""The form of one record in the admin's look."""

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from messages_app import models
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.record_form import (
    CleanedField,
    GivenRecord,
    choices_of,
    initial_of,
    optional_hint,
)
from messages_app.schema.record import Record, key_taken
from messages_app.schema.schema import Field
from messages_app.store.expiring import retention

_STALE = (
    "Someone changed this record while you were editing. Nothing was saved. Compare it with what it"
    " holds now; save again to replace it with yours."
)


class AdminRecordForm(GivenRecord, forms.ModelForm):  # type: ignore[type-arg]
    """``etag`` is that of the record when the form was opened. A form whose record has changed
    since is refused, and says what the record holds now."""

    etag = forms.CharField(widget=forms.HiddenInput, required=False)

    kind: RecordKind

    class Meta:
        model = models.Message
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.record is not None:
            self.initial = {**self.initial, **initial_of(self.instance.record)}

    def clean(self) -> dict[str, Any]:
        record = self.instance.record
        if record is not None and self.cleaned_data.get("etag") != record.etag():
            self._refuse_stale(record)
        if record is None and not self.errors:
            self._refuse_taken_key()
        return self.cleaned_data

    def _refuse_stale(self, record: Record) -> None:
        """Sent once more, the form is meant: who sends it has seen what the record holds now."""
        self.data = {**self.data.dict(), "etag": record.etag()}  # type: ignore[attr-defined]
        differing = [
            field
            for field in self.schema.changeable
            if record.values.get(field.name) != self.cleaned_data.get(field.name, "")
        ]
        raise forms.ValidationError([_STALE, *_now_holds(record, differing)])

    def _refuse_taken_key(self) -> None:
        new = self.new_record
        if sentence := retention.refusal(new.date, self.kind.name):
            raise forms.ValidationError(f"The record {sentence}. Nothing was saved.")
        existing = self.kind.repository.get(*new.key)
        if existing is not None and not existing.same_content(new):
            raise forms.ValidationError(
                [
                    f"{key_taken(new.key).capitalize()}. Nothing was saved.",
                    "Change that record, or give this one another timestamp.",
                    *_now_holds(existing, self.schema.changeable),
                ]
            )

    def _post_clean(self) -> None:
        """There is no table to ask whether the instance is valid."""


def _now_holds(record: Record, fields: Iterable[Field]) -> list[str]:
    return [f"{field.label} is now: {record.text(field.name) or 'empty'}" for field in fields]


def record_form(kind: RecordKind, fields: tuple[Field, ...]) -> type[AdminRecordForm]:
    """A form with these fields of the kind's schema."""
    inputs = {field.name: _input(field) for field in fields}
    form: type[AdminRecordForm] = type("RecordForm", (AdminRecordForm,), inputs)
    # Behind the inputs, of which one may have such a name.
    form.schema, form.kind = kind.schema, kind
    return form


def _input(field: Field) -> CleanedField:
    choices = choices_of(field)
    widget = UnfoldAdminSelectWidget(choices=choices) if choices else UnfoldAdminTextInputWidget()
    return CleanedField(
        field.from_text,
        required=field.required,
        label=field.heading,
        help_text=optional_hint(field),
        widget=widget,
    )
