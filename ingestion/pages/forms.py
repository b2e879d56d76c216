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
    """The file comes last, so that the rest is known when its bytes arrive."""

    on_conflict = forms.ChoiceField(
        choices=OnConflictChoice.choices,
        initial=OnConflictChoice.KEEP,
        label="When a different record already has a row's date and time",
        error_messages={"required": "Choose one of the three."},
    )
    encoding = forms.CharField(
        max_length=40,
        required=False,
        label="Encoding, if it is not UTF-8",
        widget=forms.TextInput(
            attrs={"list": "encodings", "placeholder": "UTF-8", "autocomplete": "off"}
        ),
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
