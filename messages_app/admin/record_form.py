"""The form of one record, made from the schema."""

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from messages_app import models
from messages_app.pages.record.forms import CleanedField
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Message
from messages_app.schema.schema import Field, Values
from messages_app.schema.timestamps import key_of
from messages_app.schema.types import as_text
from messages_app.store.repository import message_repository

_STALE = (
    "Somebody changed this record after you opened it. Nothing was saved. Compare it with what it"
    " holds now; save again to put yours in its place."
)
# The key of a record that exists stays, and with it the field that it is computed from.
CHANGEABLE = tuple(name for name in MESSAGE.names if name != MESSAGE.time_field)


class AdminRecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """``etag`` is that of the record when the form was opened. A form whose record has changed
    since is refused, and says what the record holds now."""

    etag = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = models.Message
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record = self.instance.record
        if record is not None:
            values = {name: as_text(value) for name, value in record.values.items()}
            self.initial = {**self.initial, **values, "etag": record.etag()}

    @property
    def changes(self) -> Values:
        """The fields that are to have another value than the record has; the form must be valid."""
        before = self.instance.record.values
        data = {name: self.cleaned_data[name] for name in CHANGEABLE}
        return {name: value for name, value in data.items() if value != before[name]}

    @property
    def new_record(self) -> Message:
        """The form must be valid."""
        values: Values = {name: self.cleaned_data[name] for name in MESSAGE.names}
        moment = values[MESSAGE.time_field]
        assert isinstance(moment, Decimal)
        return Message(*key_of(moment), values)

    def clean(self) -> dict[str, Any]:
        record = self.instance.record
        if record is not None and self.cleaned_data.get("etag") != record.etag():
            self._refuse_stale(record)
        if record is None and not self.errors:
            self._refuse_taken_key()
        return self.cleaned_data

    def _refuse_stale(self, record: Message) -> None:
        """Sent once more, the form is meant: who sends it has seen what the record holds now."""
        self.data = {**self.data.dict(), "etag": record.etag()}  # type: ignore[attr-defined]
        data = {name: self.cleaned_data.get(name, "") for name in CHANGEABLE}
        raise forms.ValidationError(
            [
                _STALE,
                *(
                    _now_holds(record, name)
                    for name in CHANGEABLE
                    if record.values[name] != data[name]
                ),
            ]
        )

    def _refuse_taken_key(self) -> None:
        new = self.new_record
        existing = message_repository().get(*new.key)
        if existing is not None and not existing.same_content(new):
            raise forms.ValidationError(
                [
                    f"Another record has the key {new.date} {new.time}. Nothing was saved.",
                    "Change that record, or give this one another timestamp.",
                    *(_now_holds(existing, name) for name in CHANGEABLE),
                ]
            )

    def _post_clean(self) -> None:
        """There is no table to ask whether the instance is valid."""


def _now_holds(record: Message, name: str) -> str:
    return f"{MESSAGE.by_name[name].label} is now: {as_text(record.values[name])}"


def record_form(names: tuple[str, ...]) -> type[AdminRecordForm]:
    """A form with these fields of the schema."""
    fields = {name: _input(MESSAGE.by_name[name]) for name in names}
    return type("RecordForm", (AdminRecordForm,), fields)


def _input(field: Field) -> CleanedField:
    label = f"{field.label} ({field.unit})" if field.unit else field.label
    return CleanedField(field.type.from_text, label=label, widget=UnfoldAdminTextInputWidget())
