"""Numbers in lists of the admin: to the right, with separators, as the pages have them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.admin import display
from django.utils.html import format_html


@cache  # the admin compares columns by identity
def number(name: str) -> Callable[[Any], str]:
    """A column of the whole numbers that a field of a model has."""

    @display(description=name.replace("_", " ").capitalize(), ordering=name)
    def column(row: Any) -> str:
        return format_html('<span class="admin-number">{}</span>', f"{getattr(row, name):,}")

    column.__name__ = name
    return column
