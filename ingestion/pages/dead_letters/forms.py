"""The form in which a message of the inbox is mended before it is sent again."""

from typing import Any, Self

from django import forms

from ingestion.dead_letters import inbox
from ingestion.dead_letters.content import DeadLetter
from messages_app.legacy.queue.reader import METHODS

# SQS takes no longer ones.
_LONGEST_BODY = 1024 * 1024
# What somebody must be allowed to do with messages, to have it done by the inbox.
_NEEDED = {
    "POST": ("add",),
    "PUT": ("change",),
    "DELETE": ("delete",),
    "GET": ("view",),
    "GET_ALL": ("view",),
    "BATCH_WRITE": ("add", "change", "delete"),
}


class MendForm(forms.Form):
    method = forms.ChoiceField(
        choices=[(name, name) for name in METHODS],
        error_messages={"invalid_choice": "Choose one of the methods."},
    )
    body = forms.CharField(
        max_length=_LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": "Give the body as JSON."},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    @classmethod
    def for_letter(cls, letter: DeadLetter, user: Any) -> Self | None:
        """The form of a letter that can be mended."""
        if not letter.is_of_inbox:
            return None
        return cls(initial={"method": letter.method, "body": letter.text}, user=user)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "method" in data and "body" in data:
            if fault := inbox.fault_of(data["method"], data["body"]):
                self.add_error("body", fault)
            self._check_permissions(data["method"])
        return data

    def _check_permissions(self, method: str) -> None:
        lacking = [
            action
            for action in _NEEDED[method]
            if not self._user.has_perm(f"messages_app.{action}_message")
        ]
        if lacking:
            what = " and ".join(lacking)
            self.add_error("method", f"A {method} needs the permission to {what} messages.")
