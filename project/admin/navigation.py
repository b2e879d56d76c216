"""The sidebar: the pages, and for staff the admin, each only for those who may open it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

# Title, icon, name of the URL, and the permission it needs ('' for none).
_Entry = tuple[str, str, str, str]

_PAGES: tuple[_Entry, ...] = (
    ("Overview", "space_dashboard", "home", ""),
    ("Upload", "upload_file", "upload", "ingestion.add_import"),
    ("Imports", "move_to_inbox", "imports", "ingestion.view_import"),
    ("Messages", "table_rows", "messages", "messages_app.view_message"),
    ("SQL", "database", "sql", "columns.run_statement"),
    ("Kinds", "category", "kinds", "messages_app.view_kind"),
    ("Formats", "schema", "formats", "ingestion.view_format"),
    ("Devices", "sensors", "devices", "silence.view_device"),
    ("API", "api", "api-root", ""),
)
_OPERATION: tuple[_Entry, ...] = (
    ("Inbox", "inbox", "inbox", "ingestion.view_import"),
    ("Deletions", "delete_sweep", "deletions", "messages_app.delete_message"),
    ("Dead letters", "mark_email_unread", "dead-letters", "ingestion.change_import"),
    ("Notices", "notifications", "notice-log", "notices.view_notice"),
)
_STAFF: tuple[_Entry, ...] = (
    ("Administration", "tune", "admin:index", ""),
    ("Users", "person", "admin:auth_user_changelist", "auth.view_user"),
    ("Groups", "group", "admin:auth_group_changelist", "auth.view_group"),
    ("API tokens", "key", "admin:knox_authtoken_changelist", "knox.view_authtoken"),
    (
        "Audit trail",
        "history",
        "admin:messages_app_auditentry_changelist",
        "messages_app.view_auditentry",
    ),
    ("Logins", "login", "admin:axes_accesslog_changelist", "axes.view_accesslog"),
    ("Failed logins", "lock", "admin:axes_accessattempt_changelist", "axes.view_accessattempt"),
)
# Pages whose address is the beginning of others.
_EXACT = ("home", "admin:index")
# What a page leads to under other addresses: what staff manage, and the records of made kinds.
_BEHIND = {
    "imports": ("/admin/ingestion/import/", "/rejects/"),
    "messages": ("/admin/messages_app/message/", "/records/messages/", "/saved-views/"),
    "kinds": ("/records/",),
    "notice-log": ("/notices/webhooks/", "/notices/mails/"),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's navigation; the setting UNFOLD names this function."""
    groups: list[dict[str, Any]] = [
        {"items": _allowed(_PAGES, request)},
        {"title": "Operation", "items": _allowed(_OPERATION, request)},
    ]
    if request.user.is_active and request.user.is_staff:
        groups.append({"title": "Staff", "items": _allowed(_STAFF, request)})
    return [group for group in groups if group["items"]]


def _allowed(entries: tuple[_Entry, ...], request: HttpRequest) -> list[dict[str, Any]]:
    here = _entry_of(request.path)
    return [
        {"title": title, "icon": icon, "link": reverse(url), "active": url == here}
        for title, icon, url, permission in entries
        if (not permission or request.user.has_perm(permission)) and _is_on(url)
    ]


def _is_on(url: str) -> bool:
    return url != "sql" or settings.COLUMNS_SQL


def _entry_of(path: str) -> str:
    """Of all entries that an address may belong to, the one that has most of it; '' for none."""
    found = [
        (len(beginning), url)
        for _, _, url, _ in (*_PAGES, *_OPERATION, *_STAFF)
        for beginning in (reverse(url), *_BEHIND.get(url, ()))
        if path == beginning or (url not in _EXACT and path.startswith(beginning))
    ]
    return max(found, default=(0, ""))[1]
