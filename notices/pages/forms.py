"""The forms in which people say what they want to be told of."""

from typing import Any

from django import forms

from notices import audience
from notices.choosing import LONGEST_URL, clean_url
from notices.models import Event, Rule
from notices.names import names_of

_HOW = (("at_once", "at once"), ("daily", "once a day, all together"))
_INPUT = {"class": "input", "autocomplete": "off"}


class RuleForm(forms.Form):
    """Which events, of which kind and format, and how."""

    events = forms.MultipleChoiceField(
        label="Events",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what to get notices of."},
    )
    kind = forms.ChoiceField(label="Kind", required=False)
    format = forms.ChoiceField(label="Format", required=False)
    how = forms.ChoiceField(label="How", choices=_HOW, initial="at_once")

    def __init__(self, *args: Any, user: Any, rule: Rule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("events", [(one.value, one.label) for one in audience.may_know_of(user)])
        for name, everything in (("kind", "all kinds"), ("format", "all formats")):
            names = set(names_of(name, user)) | ({getattr(rule, name)} if rule else set())
            self.choose(name, [("", everything), *((one, one) for one in sorted(names - {""}))])
        if rule is not None:
            how = "daily" if rule.is_digest else "at_once"
            self.initial.update(events=rule.events, kind=rule.kind, format=rule.format)
            self.initial["how"] = how
        else:
            self.initial["events"] = [Event.IMPORT_FAILED, Event.IMPORT_WAITS, Event.IMPORT_HELD]

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def data_to_keep(self) -> dict[str, Any]:
        """The form must be valid."""
        data = dict(self.cleaned_data)
        is_digest = data.pop("how") == "daily"
        return {**data, "events": sorted(data["events"]), "is_digest": is_digest}


class WebhookForm(RuleForm):
    """The same of a webhook, and where it leads."""

    name = forms.CharField(max_length=100, label="Name", widget=forms.TextInput(attrs=_INPUT))
    url = forms.CharField(
        max_length=LONGEST_URL,
        label="Address",
        widget=forms.TextInput(attrs={**_INPUT, "placeholder": "https://example.org/sluice"}),
    )
    is_on = forms.BooleanField(label="On", required=False, initial=True)
    field_order = ("name", "url", "events", "kind", "format", "how", "is_on")

    def __init__(self, *args: Any, webhook: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, rule=webhook, **kwargs)
        if webhook is not None:
            self.initial.update(name=webhook.name, url=webhook.url, is_on=webhook.is_on)

    def clean_url(self) -> str:
        try:
            return clean_url(self.cleaned_data["url"])
        except ValueError as error:
            raise forms.ValidationError(f"It {error}.") from error
