"""What people save under a name, share with others and delete: views, and statements in SQL."""

from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

LONGEST_NAME = 80
_Saved = TypeVar("_Saved", bound=Model)


def of_others(found: "QuerySet[_Saved]", user: Any) -> "QuerySet[_Saved]":
    """Those that others share, with their owners."""
    return found.filter(is_shared=True).exclude(owner=user).select_related("owner")


def change(request: HttpRequest, saved: Any, noun: str) -> str:
    """Delete what is the user's own, or share it, as the form says. Gives what the form says."""
    action = request.POST.get("do", "")
    if action == "delete":
        saved.delete()
        messages.success(request, f"The {noun} “{saved.name}” was deleted.")
    elif action in ("share", "unshare"):
        saved.is_shared = action == "share"
        saved.save(update_fields=["is_shared"])
    return action


def fault_of(name: str, noun: str) -> str:
    """What to change about a name; '' when nothing is."""
    if not name:
        return f"Give the {noun} a name."
    if len(name) > LONGEST_NAME:
        return f"The name has {len(name)} characters; {LONGEST_NAME} are allowed."
    return ""


def name_taken(name: str, noun: str) -> str:
    """What to do about a name that the user gave before."""
    return f"You have a {noun} with the name “{name}”. Choose another name, or delete that {noun}."
