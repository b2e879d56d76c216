"""The frame of every page: the admin's look and navigation, with only what the user may see."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A whole page in the admin's look."""
    return render(request, template, {**frame(request), **(context or {})}, status=status)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the admin's base template needs.

    The admin site fills in its navigation for staff alone, and lists its applications for
    everybody. On these pages everybody who is logged in has the navigation, whose entries check
    permissions themselves, and nobody the list.
    """
    site = admin.site
    is_known = request.user.is_authenticated
    return {
        **site.each_context(request),
        "available_apps": [],
        "is_nav_sidebar_enabled": is_known,
        "has_permission": is_known,  # read by the header alone: whether it is shown
        "sidebar_navigation": site.get_sidebar_list(request) if is_known else [],  # type: ignore[attr-defined]
    }
