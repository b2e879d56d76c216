"""Filters under names."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from messages_app.models import SavedView
from tests.pages.conftest import LogIn, text_of
from tests.pages.record_pages import DATE, DAY, stored


@pytest.fixture
def kim(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message")


@pytest.fixture
def lee(kim: Client) -> Client:
    """Somebody else who may see messages."""
    user = User.objects.create_user("lee")
    user.user_permissions.add(Permission.objects.get(codename="view_message"))
    client = Client()
    client.force_login(user)
    return client


def save(client: Client, name: str, query: str, **more: str) -> SavedView:
    client.post("/saved-views/", {"name": name, "query": query, **more})
    return SavedView.objects.get(name=name)


def do(client: Client, view: SavedView, what: str) -> int:
    return client.post(f"/saved-views/{view.pk}/", {"do": what}).status_code


def listed(client: Client) -> str:
    """The menu of views on the messages page."""
    menu = re.search(
        r'<ul class="menu-list">(.*?)</ul>', text_of(client.get("/messages/?date=")), re.S
    )
    return menu[1] if menu else ""


def test_the_form_of_the_page_saves_what_is_filtered(kim: Client) -> None:
    shown = "date=&location=Lisbon&location=Porto&order=newest&by=source"
    page = text_of(kim.get(f"/messages/?{shown}"))
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query is not None

    view = save(kim, "Two places", query[1].replace("&amp;", "&"))

    assert view.query == shown
    assert f'<a href="/messages/?{view.query.replace("&", "&amp;")}">Two places</a>' in listed(kim)


def test_a_view_follows_the_newest_day_unless_it_is_to_keep_its_own(kim: Client) -> None:
    query = f"date={DATE}&location=Lisbon"

    assert save(kim, "newest", query).query == "location=Lisbon"
    assert save(kim, "that day", query, keeps_day="on").query == query


def test_only_what_filters_is_saved(kim: Client) -> None:
    view = save(kim, "one", "date=&location=Lisbon&cursor=abc&next=//elsewhere.example/")

    assert view.query == "date=&location=Lisbon"


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        (" ", "date=", "Give the view a name."),
        ("x" * 81, "date=", "The name has 81 characters; 80 are allowed."),
        ("one", "date=&time_from=25", "A filter that is not valid cannot be saved."),
        ("one", "date=" + "&location=" + "x" * 1000 + "&source=" + "é" * 1000, "too many values"),
    ],
)
def test_what_cannot_be_saved_is_explained(
    name: str, query: str, sentence: str, kim: Client
) -> None:
    page = kim.post("/saved-views/", {"name": name, "query": query}, follow=True)

    assert sentence in text_of(page)
    assert not SavedView.objects.exists()


def test_a_name_is_given_once_and_its_view_stays(kim: Client, lee: Client) -> None:
    save(kim, "one", "date=&location=Lisbon")

    page = kim.post("/saved-views/", {"name": "one", "query": "date=&location=Porto"}, follow=True)
    lee.post("/saved-views/", {"name": "one", "query": "date=&location=Faro"})

    assert "You have a view with the name “one”." in text_of(page)
    queries = SavedView.objects.order_by("pk").values_list("query", flat=True)
    assert list(queries) == ["date=&location=Lisbon", "date=&location=Faro"]


def test_others_see_a_view_while_it_is_shared(kim: Client, lee: Client) -> None:
    view = save(kim, "Lisbon alone", "date=&location=Lisbon")
    assert "Lisbon alone" not in listed(lee) + text_of(lee.get("/saved-views/"))

    do(kim, view, "share")
    assert re.search(r"Lisbon alone</a> <span[^>]*>by kim", listed(lee))
    assert "Lisbon alone" in text_of(lee.get("/saved-views/"))

    do(kim, view, "unshare")
    assert "Lisbon alone" not in listed(lee)


@pytest.mark.parametrize("what", ["share", "unshare", "start", "unstart", "delete"])
def test_nobody_changes_the_view_of_another(what: str, kim: Client, lee: Client) -> None:
    view = save(kim, "one", "date=&location=Lisbon")
    before = SavedView.objects.values().get()

    assert do(lee, view, what) == 404
    assert SavedView.objects.values().get() == before

    do(kim, view, "share")
    assert do(lee, view, what) == 404
    assert f"/saved-views/{view.pk}/" not in text_of(lee.get("/saved-views/"))


def test_the_page_opens_with_the_start_view(kim: Client, lee: Client) -> None:
    stored(1)
    stored(2 + DAY)
    view = save(kim, "one", "date=&location=Lisbon")

    do(kim, view, "start")

    assert kim.get("/messages/")["Location"] == "/messages/?date=&location=Lisbon"
    assert kim.get(f"/messages/?date={DATE}").status_code == 200
    assert lee.get("/messages/").status_code == 200
    do(kim, view, "unstart")
    assert kim.get("/messages/").status_code == 200


def test_there_is_one_start_view(kim: Client) -> None:
    first, second = (save(kim, name, f"date=&location={name}") for name in ("one", "two"))

    do(kim, first, "start")
    do(kim, second, "start")

    assert SavedView.objects.get(is_start=True) == second


def test_a_start_view_of_the_newest_day_alone_opens_it(kim: Client) -> None:
    stored(1)
    view = save(kim, "newest", f"date={DATE}")
    do(kim, view, "start")

    assert view.query == ""
    assert kim.get("/messages/").status_code == 200


def test_a_view_can_be_deleted(kim: Client) -> None:
    view = save(kim, "one", "date=")

    page = text_of(kim.post(f"/saved-views/{view.pk}/", {"do": "delete"}, follow=True))

    assert "The view “one” was deleted." in page
    assert not SavedView.objects.exists()


def test_the_list_tells_what_each_view_asks_for(kim: Client) -> None:
    save(kim, "one", f"date={DATE}&location=Lisbon&local_avg_min=5")
    save(kim, "two", f"date={DATE}&source=a", keeps_day="on")
    save(kim, "three", "date=&source=a")

    page = text_of(kim.get("/saved-views/"))

    assert "Of the newest day; Location: Lisbon; Local average min: 5 ms" in page
    assert f"Of {DATE}; Source: a" in page
    assert "Of all days; Source: a" in page


def test_a_view_of_the_days_up_to_now_moves_with_the_calendar(kim: Client) -> None:
    first = (datetime.now(UTC).date() - timedelta(days=6)).isoformat()
    moving = save(kim, "one", f"date=&date_from={first}&location=Lisbon")
    fixed = save(kim, "two", f"date=&date_from={first}", keeps_day="on")

    assert moving.query == "location=Lisbon&last=7"
    assert fixed.query == f"date=&date_from={first}"
    assert "Of the last 7 days; Location: Lisbon" in text_of(kim.get("/saved-views/"))


def test_without_views_the_list_says_how_to_make_one(kim: Client) -> None:
    assert "You have no saved views yet." in text_of(kim.get("/saved-views/"))
