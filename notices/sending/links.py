"""Whole addresses of pages, for those who are not on one."""

from django.conf import settings


def link(path: str) -> str:
    """Without SITE_URL the path alone."""
    return f"{settings.SITE_URL}{path}"
