"""What is asked of the list of devices, and set of one."""

from typing import Any

from django import forms

from messages_app.kinds import registry
from silence.waits import MAX_MINUTES

_NO_MINUTES = f"Give a whole number of minutes from 1 to {MAX_MINUTES:,}, or nothing."
_MINUTES = {"inputmode": "numeric", "maxlength": "6", "placeholder": "as its kind says"}


class DeviceFilterForm(forms.Form):
    """Which devices the list shows."""

    _states = (
        ("", "All"),
        ("overdue", "Overdue"),
        ("reporting", "Reporting"),
        ("ignored", "Ignored"),
    )

    search = forms.CharField(
        max_length=200,
        required=False,
        label="Device",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "any part of it", "autocomplete": "off"}
        ),
    )
    kind = forms.ChoiceField(
        choices=lambda: [("", "any"), *registry.labels()], required=False, label="Kind of record"
    )
    order = forms.ChoiceField(
        choices=[("", "name"), ("seen", "silent for longest")], required=False, label="Sorted by"
    )
    state = forms.ChoiceField(choices=_states, required=False, widget=forms.HiddenInput, initial="")


class DeviceForm(forms.Form):
    """What somebody sets of a device."""

    report_minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_MINUTES,
        label="Minutes",
        widget=forms.TextInput(attrs=_MINUTES),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _NO_MINUTES),
    )
    is_ignored = forms.BooleanField(required=False, label="Ignore it: it is never overdue")

    @property
    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
