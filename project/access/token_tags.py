"""What templates show of a user's own tokens. The tokens themselves nobody can show again."""

import re
from dataclasses import dataclass

from django import template
from django.contrib.auth.models import AbstractBaseUser

from project.access import tokens

register = template.Library()


@dataclass(frozen=True, slots=True)
class ShownToken:
    """``variable`` is what a shell may call it, such as ``GATE_CONTROLLER_TOKEN``."""

    name: str
    begins_with: str

    @property
    def variable(self) -> str:
        words = re.sub(r"[^A-Z0-9]+", "_", self.name.upper()).strip("_")
        return f"{'' if words[:1].isalpha() else 'SLUICE_'}{words}_TOKEN".replace("__", "_")


@register.simple_tag
def own_tokens(user: AbstractBaseUser) -> list[ShownToken]:
    """Those that are valid, the newest first."""
    return [ShownToken(tokens.name_of(one), tokens.shown(one)) for one in tokens.of_user(user)]
