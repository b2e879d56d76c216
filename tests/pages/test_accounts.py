"""Logging in and out."""

from django.test import Client

from tests.pages.conftest import LogIn, text_of

PASSWORD = "a-long-password-17"


def test_a_user_who_is_not_staff_logs_in_and_comes_to_the_page_asked_for(
    log_in: LogIn, client: Client
) -> None:
    log_in("ingestion.view_import", password=PASSWORD)

    answer = client.post("/login/", {"username": "kim", "password": PASSWORD, "next": "/imports/"})

    assert answer["Location"] == "/imports/"
    assert client.get("/imports/").status_code == 200


def test_a_login_never_leads_to_another_site(log_in: LogIn, client: Client) -> None:
    log_in(password=PASSWORD)

    answer = client.post(
        "/login/",
        {"username": "kim", "password": PASSWORD, "next": "https://evil.example/"},
    )

    assert answer["Location"] == "/"


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
    answer = client.get("/login/", headers={"HX-Request": "true"})

    assert answer["HX-Refresh"] == "true"


def test_a_user_changes_the_password(log_in: LogIn) -> None:
    client = log_in(password=PASSWORD)

    answer = client.post(
        "/password/",
        {
            "old_password": PASSWORD,
            "new_password1": "another-password-18",
            "new_password2": "another-password-18",
        },
        follow=True,
    )

    assert "Your password was changed." in text_of(answer)
    assert Client().login(username="kim", password="another-password-18")
