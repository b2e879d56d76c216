"""Links within a list, which keep its filters."""

from typing import Any

from django import forms
from django.http import QueryDict

# The parameters that say where a page begins or ends.
_PLACES = ("after", "before")


def link(asked: QueryDict, **changes: object) -> str:
    """The address of a first page, or with ``after`` or ``before`` of another one."""
    parameters = asked.copy()
    for name in _PLACES:
        parameters.pop(name, None)
    for name, value in changes.items():
        parameters[name] = str(value)
    for name in [name for name, text in parameters.items() if not text]:
        del parameters[name]
    return f"?{parameters.urlencode()}"


def states(form: forms.Form, asked: QueryDict) -> dict[str, Any]:
    """The choices of the form's ``state`` as links, and the one that is chosen."""
    state: Any = form["state"]
    chosen = state.value() or ""
    links = [
        (link(asked, state=value), label, value == chosen) for value, label in state.field.choices
    ]
    return {"states": links, "state": chosen}
