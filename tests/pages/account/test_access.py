"""Who may open which page."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from project.admin.navigation import sidebar
from tests.pages.conftest import LogIn, MakeImport, text_of

PAGES = {
    "home": "",
    "upload": "ingestion.add_import",
    "imports": "ingestion.view_import",
    "import-rows": "ingestion.view_import",
    "home-imports": "ingestion.view_import",
    "home-state": "ingestion.view_import",
    "messages": "messages_app.view_message",
    "messages-chart": "messages_app.view_message",
    "messages-export": "messages_app.view_message",
    "message-new": "messages_app.add_message",
    "saved-views": "messages_app.view_message",
    "inbox": "ingestion.view_import",
    "dead-letters": "ingestion.change_import",
}
IMPORT_PAGES = {
    "import": ("get", "ingestion.view_import"),
    "import-progress": ("get", "ingestion.view_import"),
    "import-rejects": ("get", "ingestion.view_import"),
    "import-cancel": ("post", "ingestion.change_import"),
    "import-run-again": ("post", "ingestion.change_import"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_sent_to_the_login(name: str, client: Client, db: None) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={reverse(name)}"


@pytest.mark.parametrize("name", IMPORT_PAGES)
def test_a_stranger_sees_nothing_of_an_import(
    name: str, client: Client, make_import: MakeImport
) -> None:
    import_ = make_import()
    method, _ = IMPORT_PAGES[name]

    response = getattr(client, method)(reverse(name, args=[import_.pk]))

    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("name", ["message", "message-edit", "message-delete", "saved-view"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_sees_nothing_of_a_record_and_changes_nothing(
    name: str, method: str, client: Client, db: None
) -> None:
    key = [1] if name == "saved-view" else ["2019-05-28", "10:55:09"]

    response = getattr(client, method)(reverse(name, args=key))

    assert response.status_code == 405 or response["Location"].startswith("/login/")


@pytest.mark.parametrize("name", [name for name, permission in PAGES.items() if permission])
def test_a_page_needs_its_permission(name: str, log_in: LogIn, aws: str) -> None:
    others = [permission for permission in PAGES.values() if permission not in ("", PAGES[name])]

    response = log_in(*others).get(reverse(name))

    assert response.status_code == 403
    assert "Your account lacks the permission" in text_of(response)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_with_its_permission_alone(name: str, log_in: LogIn, aws: str) -> None:
    permissions = [PAGES[name]] if PAGES[name] else []

    assert log_in(*permissions).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", IMPORT_PAGES)
def test_what_concerns_an_import_needs_its_permission(
    name: str, log_in: LogIn, make_import: MakeImport
) -> None:
    import_ = make_import(state="writing")
    method, permission = IMPORT_PAGES[name]
    others = {permission for _, permission in IMPORT_PAGES.values()} - {permission}

    response = getattr(log_in(*others), method)(reverse(name, args=[import_.pk]))

    assert response.status_code == 403
    import_.refresh_from_db()
    assert import_.state == "writing"


def test_the_navigation_shows_what_the_user_may_open(log_in: LogIn) -> None:
    page = text_of(log_in("ingestion.view_import", "auth.view_user").get("/"))

    assert 'href="/imports/"' in page
    assert 'href="/upload/"' not in page
    assert 'href="/messages/"' not in page


def test_no_link_leads_those_who_are_not_staff_into_the_admin(log_in: LogIn) -> None:
    client = log_in("ingestion.view_import", "ingestion.add_import", "auth.view_user")

    for path in ("/", "/imports/", "/upload/", "/password/", "/nothing-here/"):
        assert "/admin/" not in text_of(client.get(path))


def test_staff_find_the_admin_in_the_navigation(admin_client: Client) -> None:
    page = text_of(admin_client.get("/"))

    assert 'href="/admin/auth/user/"' in page
    assert 'href="/admin/messages_app/auditentry/"' in page


def test_the_health_check_needs_no_login(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/records/messages/delete/", "Messages"),
        ("/records/room-climate/", "Kinds"),
        ("/rejects/", "Imports"),
        ("/notices/mails/", "Notices"),
        ("/admin/", "Administration"),
        ("/admin/auth/user/add/", "Users"),
        ("/tokens/", None),
    ],
)
def test_each_page_belongs_to_one_entry_of_the_navigation_at_most(
    rf: RequestFactory, admin_user: User, path: str, entry: str | None
) -> None:
    request = rf.get(path)
    request.user = admin_user
    items = [item for group in sidebar(request) for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == ([entry] if entry else [])
