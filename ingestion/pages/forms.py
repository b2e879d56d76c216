from typing import Self

from django import forms

from ingestion.keys import IMPORT_SUFFIXES
from ingestion.models import OnConflictChoice

# What each policy does with a row whose key, date and time, is taken by a different record.
_EXPLAINED = {
    OnConflictChoice.KEEP: "The row becomes a record of its own beside the one that is there.",
    OnConflictChoice.REPLACE: "The row takes the place of the record that is there.",
    OnConflictChoice.REJECT: "The record stays as it is; the row is listed among the rejects.",
}


class UploadForm(forms.Form):
    """The policy comes before the file, so that it is known when the file's bytes arrive."""

    on_conflict = forms.ChoiceField(
        choices=OnConflictChoice.choices,
        initial=OnConflictChoice.KEEP,
        label="When a different record already has a row's date and time",
        error_messages={"required": "Choose one of the three."},
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

    def policies(self) -> list[tuple[str, str, str, bool]]:
        """Value, label, explanation, and whether it is the chosen one."""
        chosen = self["on_conflict"].value()
        return [
            (choice.value, str(choice.label), _EXPLAINED[choice], choice.value == chosen)
            for choice in OnConflictChoice
        ]
