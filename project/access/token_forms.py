"""The form that makes an API token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from audit.actor import Actor
from project.access import tokens
from project.models import LONGEST_NAME

_USUAL_DAYS = 90


class TokenForm(forms.Form):
    """For the user who sends it. Only a superuser chooses others: a token has all their rights."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        label="Name",
        help_text="The program or the machine that uses it.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the token a name by which you recognise it."},
    )
    days = forms.TypedChoiceField(coerce=int, label="Valid for", widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, maker: Any, with_users: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._maker = maker
        lifetimes = tokens.lifetimes()
        now = timezone.now()
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, f"{days} day{'s' if days > 1 else ''}, until {now + timedelta(days):%Y-%m-%d}")
            for days in lifetimes
        ]
        self.initial["days"] = max(
            days for days in lifetimes if days <= max(_USUAL_DAYS, lifetimes[0])
        )
        if with_users and maker.is_superuser:
            self.fields["user"] = forms.ModelChoiceField(
                User.objects.filter(is_active=True).order_by("username"),
                label="User",
                help_text="The token can do everything that this user can do.",
                initial=maker,
                widget=UnfoldAdminSelectWidget(),
            )

    def clean(self) -> dict[str, Any]:
        if tokens.of_user(self._user).count() >= tokens.MAX_OF_A_USER:
            raise forms.ValidationError(
                f"{self._user.get_username()} has {tokens.MAX_OF_A_USER} tokens already. Revoke"
                " those that are not needed."
            )
        return self.cleaned_data

    def make(self, actor: Actor) -> tuple[Any, str]:
        """The token and what to send; the form must be valid."""
        data = self.cleaned_data
        return tokens.make(self._user, data["name"], data["days"], actor)

    @property
    def _user(self) -> Any:
        return self.cleaned_data.get("user") or self._maker
