from datetime import date
from typing import Any, Self

from django import forms

from ingestion.aws.object_keys import IMPORT_SUFFIXES
from ingestion.formats.models import Format, FormatVersion
from ingestion.models import OnConflictChoice, State
from messages_app.kinds import registry

# What each policy does with a row whose key, date and time, is taken by a different record.
_EXPLAINED = {
    OnConflictChoice.KEEP: "The row becomes a record of its own beside the one that is there.",
    OnConflictChoice.REPLACE: "The row takes the place of the record that is there.",
    OnConflictChoice.REJECT: "The record stays as it is; the row is listed among the rejects.",
}


class UploadForm(forms.Form):
    """The file comes last, so that the rest is known when its bytes arrive."""

    on_conflict = forms.ChoiceField(
        choices=OnConflictChoice.choices,
        initial=OnConflictChoice.KEEP,
        label="When a different record already has a row's date and time",
        error_messages={"required": "Choose one of the three."},
    )
    # The button by which it is sent: what a file would do, rather than its import.
    dry_run = forms.BooleanField(required=False)
    encoding = forms.CharField(
        max_length=40,
        required=False,
        label="Encoding, if it is not UTF-8",
        widget=forms.TextInput(
            attrs={"list": "encodings", "placeholder": "UTF-8", "autocomplete": "off"}
        ),
    )
    kind = forms.ChoiceField(
        choices=lambda: [("", "the one whose columns it has"), *registry.labels()],
        required=False,
        label="Kind of its records",
        error_messages={"invalid_choice": "This kind no longer exists."},
    )
    format = forms.ModelChoiceField(
        queryset=Format.objects.filter(is_retired=False),
        required=False,
        label="Format",
        empty_label="the one that its key or header matches",
        error_messages={"invalid_choice": "This format no longer exists."},
    )
    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,  # refused later, with the reason
        widget=forms.FileInput(attrs={"accept": ",".join(IMPORT_SUFFIXES)}),
        error_messages={"required": "Choose a file."},
    )

    @classmethod
    def refused(cls, sentence: str) -> Self:
        """The form after a file was refused while it arrived, when nothing else is known."""
        form = cls({"on_conflict": OnConflictChoice.KEEP})
        form.errors["file"] = form.error_class([sentence])
        return form

    def clean_format(self) -> FormatVersion | None:
        """The version that the file is read by."""
        format_: Format | None = self.cleaned_data["format"]
        return format_.current if format_ else None

    @property
    def options(self) -> list[forms.BoundField]:
        """What has to be said of few files."""
        return [self[name] for name in ("format", "kind", "encoding")]

    @property
    def has_options(self) -> bool:
        """Whether one of them was said, or is wrong."""
        return any(field.value() or field.errors for field in self.options)

    encodings = (
        *("windows-1252", "windows-1250", "windows-1251", "windows-1253"),
        *("utf-16-le", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
    )

    def policies(self) -> list[tuple[str, str, str, bool]]:
        """Value, label, explanation, and whether it is the chosen one."""
        chosen = self["on_conflict"].value()
        return [
            (choice.value, str(choice.label), _EXPLAINED[choice], choice.value == chosen)
            for choice in OnConflictChoice
        ]


class PreviewForm(UploadForm):
    """The same form when a file is looked at; ``size`` is that of the whole file, of which a
    script sends the beginning alone."""

    size = forms.IntegerField(required=False, min_value=0)


# In the place of a state: all those in which an import is on its way.
RUNNING_STATES = "running"
_NO_DATE = "Give a date, such as 2026-01-31."


class ImportFilterForm(forms.Form):
    """Which imports the list shows."""

    _states = (
        ("", "All"),
        (RUNNING_STATES, "Running"),
        (State.WAITING.value, "Waiting"),
        (State.HELD.value, "Held"),
        (State.DONE.value, "Done"),
        (State.FAILED.value, "Failed"),
        (State.CANCELLED.value, "Cancelled"),
        (State.UNDONE.value, "Taken back"),
    )

    search = forms.CharField(
        max_length=200,
        required=False,
        label="File name",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "any part of it", "autocomplete": "off"}
        ),
    )
    created_from = forms.DateField(
        required=False,
        label="Arrived from (UTC)",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _NO_DATE},
    )
    created_to = forms.DateField(
        required=False,
        label="Arrived to (UTC)",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _NO_DATE},
    )
    on_conflict = forms.ChoiceField(
        choices=[("", "any"), *OnConflictChoice.choices],
        required=False,
        label="On conflict",
    )
    kind = forms.ChoiceField(
        choices=lambda: [("", "any"), *registry.labels()], required=False, label="Kind of record"
    )
    has_rejects = forms.BooleanField(required=False, label="Only with rejected rows to mend")
    state = forms.ChoiceField(choices=_states, required=False, widget=forms.HiddenInput, initial="")

    def clean_created_from(self) -> date | None:
        return _sensible(self.cleaned_data["created_from"])

    def clean_created_to(self) -> date | None:
        return _sensible(self.cleaned_data["created_to"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("created_from"), data.get("created_to")
        if first and last and first > last:
            self.add_error("created_to", f"The end, {last}, is before the beginning, {first}.")
        return data


def _sensible(day: date | None) -> date | None:
    if day is not None and not 1970 <= day.year < date.max.year:
        raise forms.ValidationError(_NO_DATE)
    return day
