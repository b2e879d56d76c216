"""Logging in and out, and being locked out."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from project.access.client_address import client_address
from tests.pages.conftest import LogIn, text_of

PASSWORD = "a-long-password-17"
ATTEMPTS = 5


def test_a_user_who_is_not_staff_logs_in_and_comes_to_the_page_asked_for(
    log_in: LogIn, client: Client
) -> None:
    log_in("ingestion.view_import", password=PASSWORD)

    response = client.post(
        "/login/", {"username": "kim", "password": PASSWORD, "next": "/imports/"}
    )

    assert response["Location"] == "/imports/"
    assert client.get("/imports/").status_code == 200


def test_a_login_never_leads_to_another_site(log_in: LogIn, client: Client) -> None:
    log_in(password=PASSWORD)

    response = client.post(
        "/login/",
        {"username": "kim", "password": PASSWORD, "next": "https://evil.example/"},
    )

    assert response["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_which_half_is_wrong(
    log_in: LogIn, client: Client
) -> None:
    log_in(password=PASSWORD)

    page = text_of(client.post("/login/", {"username": "kim", "password": "wrong"}))

    assert "Please enter a correct username and password" in page


def test_logging_out_takes_a_post(log_in: LogIn) -> None:
    client = log_in()

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/")["Location"].startswith("/login/")


def test_a_page_that_refreshes_itself_is_reloaded_when_its_user_was_logged_out(
    client: Client,
) -> None:
    response = client.get("/login/", headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


def test_a_user_changes_the_password(log_in: LogIn) -> None:
    client = log_in(password=PASSWORD)

    response = client.post(
        "/password/",
        {
            "old_password": PASSWORD,
            "new_password1": "another-password-18",
            "new_password2": "another-password-18",
        },
        follow=True,
    )

    assert "Your password was changed." in text_of(response)
    assert try_to_log_in(Client(), "another-password-18").status_code == 302


@pytest.mark.parametrize("password", ["kim-kim-kim", "12345678901234", "shortish-11"])
def test_a_weak_password_is_refused(log_in: LogIn, password: str) -> None:
    client = log_in(password=PASSWORD)
    new = {"new_password1": password, "new_password2": password}

    response = client.post("/password/", {"old_password": PASSWORD, **new})

    assert response.status_code == 200
    assert "This password is" in text_of(response)


def try_to_log_in(client: Client, password: str, name: str = "kim", **extra: Any) -> Any:
    return client.post("/login/", {"username": name, "password": password}, **extra)


def fail_to_log_in(client: Client, times: int, **extra: Any) -> Any:
    response = None
    for number in range(times):
        response = try_to_log_in(client, f"wrong-{number}", **extra)
    return response


@pytest.fixture
def kim(db: None) -> User:
    return User.objects.create_user("kim", password=PASSWORD)


def test_after_too_many_failures_even_the_right_password_has_to_wait(
    kim: User, client: Client
) -> None:
    last = fail_to_log_in(client, ATTEMPTS)

    for response in (last, try_to_log_in(client, PASSWORD)):
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 15 * 60
        page = text_of(response)
        assert "Too many logins with this user name failed from your address." in page
        assert "Try again in 15 minutes, at " in page
    assert client.get("/imports/").status_code == 302


def test_the_lock_ends_by_itself_when_it_said(kim: User, client: Client) -> None:
    fail_to_log_in(client, ATTEMPTS)
    try_to_log_in(client, "a try while it is locked does not prolong it")

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

    assert try_to_log_in(client, PASSWORD).status_code == 302


def test_others_are_not_locked_out(kim: User, client: Client) -> None:
    User.objects.create_user("lee", password=PASSWORD)
    fail_to_log_in(client, ATTEMPTS)

    assert try_to_log_in(client, PASSWORD, name="lee").status_code == 302
    assert try_to_log_in(Client(REMOTE_ADDR="192.0.2.9"), PASSWORD).status_code == 302


def test_another_browser_at_the_same_address_has_no_further_attempts(
    kim: User, client: Client
) -> None:
    for number in range(ATTEMPTS):
        fail_to_log_in(client, 1, headers={"User-Agent": f"browser {number}"})

    assert try_to_log_in(client, PASSWORD).status_code == 429


def test_a_forged_forwarding_header_gives_no_further_attempts(kim: User, client: Client) -> None:
    for number in range(ATTEMPTS):
        fail_to_log_in(client, 1, headers={"X-Forwarded-For": f"192.0.2.{number}"})

    assert try_to_log_in(client, PASSWORD).status_code == 429


def test_a_login_that_succeeds_resets_the_count(kim: User, client: Client) -> None:
    fail_to_log_in(client, ATTEMPTS - 1)
    try_to_log_in(client, PASSWORD)
    client.logout()

    assert fail_to_log_in(client, ATTEMPTS - 1).status_code == 200


def test_the_number_of_attempts_is_a_setting(
    kim: User, client: Client, settings: LazySettings
) -> None:
    settings.AXES_FAILURE_LIMIT = 2

    assert fail_to_log_in(client, 2).status_code == 429


def test_a_command_lifts_all_locks(kim: User, client: Client) -> None:
    fail_to_log_in(client, ATTEMPTS)

    call_command("axes_reset", verbosity=0)

    assert try_to_log_in(client, PASSWORD).status_code == 302


def test_an_administrator_sees_and_lifts_a_lock_and_changes_nothing_else(
    kim: User, client: Client, admin_client: Client
) -> None:
    for browser in ("one", "other"):
        fail_to_log_in(client, 3, headers={"User-Agent": browser})
    attempt = AccessAttempt.objects.earliest("pk")
    address = "/admin/axes/accessattempt/"

    assert "kim" in text_of(admin_client.get(address))
    assert PASSWORD not in text_of(admin_client.get(f"{address}{attempt.pk}/change/"))
    assert admin_client.post(f"{address}{attempt.pk}/change/", {}).status_code == 403
    assert admin_client.get(f"{address}add/").status_code == 403
    admin_client.post(address, {"action": "reset", "_selected_action": [attempt.pk]})

    assert try_to_log_in(client, PASSWORD).status_code == 302


def test_successful_logins_are_listed_until_they_are_old(
    kim: User, client: Client, admin_client: Client
) -> None:
    try_to_log_in(client, PASSWORD)

    assert "kim" in text_of(admin_client.get("/admin/axes/accesslog/"))
    assert admin_client.get("/admin/axes/accesslog/add/").status_code == 403
    AccessLog.objects.filter(username="kim").update(
        attempt_time=timezone.now() - timedelta(days=31)
    )
    call_command("axes_reset_logs", stdout=StringIO())
    assert not AccessLog.objects.filter(username="kim").exists()


def test_who_lacks_the_permission_lifts_no_lock(log_in: LogIn, client: Client) -> None:
    staff = log_in("axes.view_accessattempt", password=PASSWORD)
    User.objects.update(is_staff=True)
    fail_to_log_in(client, ATTEMPTS)
    chosen = AccessAttempt.objects.values_list("pk", flat=True)

    staff.post("/admin/axes/accessattempt/", {"action": "reset", "_selected_action": chosen})

    assert try_to_log_in(client, PASSWORD).status_code == 429


def test_what_was_typed_is_not_stored_with_a_failure(kim: User, client: Client) -> None:
    try_to_log_in(client, "the-wrong-password")

    (stored,) = AccessAttempt.objects.values_list("post_data", "get_data")
    assert "the-wrong-password" not in str(stored)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "192.0.2.1", "10.0.0.1"),
        (1, "192.0.2.66, 192.0.2.1", "192.0.2.1"),
        (2, "192.0.2.66, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        (2, "192.0.2.66", "10.0.0.1"),
        (1, "192.0.2.1:5432", "192.0.2.1"),
        (1, "[2001:db8::1]:5432", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "unknown", "10.0.0.1"),
        (1, "]", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(
    proxies: int, forwarded: str, address: str, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded}
    )

    assert client_address(request) == address


def test_the_admin_has_no_login_page_of_its_own(kim: User, client: Client) -> None:
    User.objects.update(is_staff=True, is_superuser=True)

    page = client.get("/admin/auth/user/?q=kim", follow=True)
    assert page.redirect_chain[-1][0].startswith("/login/?next=/admin/auth/user/")
    to = page.context["next"]
    response = client.post("/login/", {"username": "kim", "password": PASSWORD, "next": to})

    assert response["Location"] == "/admin/auth/user/?q=kim"


def test_the_admins_login_address_never_leads_to_another_site(kim: User, client: Client) -> None:
    page = client.get("/admin/login/?next=https://evil.example/", follow=True)

    assert page.context["next"] == ""
    assert client.post("/admin/login/", {"username": "kim"}).status_code == 405


def test_who_is_not_staff_is_told_so_in_the_admin_and_is_not_asked_to_log_in(log_in: LogIn) -> None:
    response = log_in("auth.view_user").get("/admin/auth/user/", follow=True)

    assert response.status_code == 403
    assert "Your account lacks the permission" in text_of(response)


@pytest.mark.parametrize("to", ["/login/", "/login/?next=/login/", "/admin/login/?next=/login/"])
def test_who_is_logged_in_does_not_go_in_circles(admin_client: Client, to: str) -> None:
    response = admin_client.get("/login/", {"next": to}, follow=True)

    assert (response.status_code, response.request["PATH_INFO"]) == (200, "/")


def test_a_session_ends_some_hours_after_it_was_last_used(
    log_in: LogIn, settings: LazySettings
) -> None:
    client = log_in()
    client.get("/")
    begun = Session.objects.get()
    assert begun.expire_date <= timezone.now() + timedelta(hours=12)

    an_hour_later(begun)
    client.get("/", headers={"HX-Request": "true"})
    assert Session.objects.get().expire_date == begun.expire_date  # it refreshed itself
    response = client.get("/")
    assert Session.objects.get().expire_date > begun.expire_date + timedelta(minutes=59)
    assert response.cookies["sessionid"]["max-age"] == 12 * 3600

    Session.objects.update(expire_date=timezone.now())
    assert client.get("/")["Location"].startswith("/login/")


def an_hour_later(session: Session) -> None:
    """Let what the session says lie an hour back."""
    content = session.get_decoded()
    content["saved_at"] -= 3600
    session.expire_date -= timedelta(hours=1)
    session.session_data = Session.objects.encode(content)
    session.save()


def test_a_session_is_not_written_at_every_request(log_in: LogIn) -> None:
    client = log_in()
    client.get("/password/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/password/")

    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_cookies_are_for_http_and_this_site_alone(kim: User, client: Client) -> None:
    client.get("/login/")
    try_to_log_in(client, PASSWORD)

    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
