"""Pages and the admin of a kind whose records are for some people only."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from messages_app.models import SavedView
from tests.messages_app.kinds.climate import DATE
from tests.messages_app.kinds.test_access import grant
from tests.pages.conftest import LogIn, text_of
from tests.pages.kinds.test_records import PAGE, climate

__all__ = ["climate"]
ONE = f"{PAGE}{DATE}/10:00:00%23a/"
LIST = "/admin/messages_app/message/"
KEY = f"climate {DATE} 10:00:00#a"
_ALL = [f"messages_app.{one}_message" for one in ("view", "add", "change", "delete")]


@pytest.fixture
def staff(log_in: LogIn, climate: object) -> Client:
    """Somebody with today's permissions on all records."""
    client = log_in(*_ALL, "messages_app.view_kind")
    User.objects.filter(username="kim").update(is_staff=True)
    return client


def pages() -> list[str]:
    return [
        *(PAGE, f"{PAGE}chart.json", f"{PAGE}export/", f"{PAGE}new/"),
        *(ONE, f"{ONE}edit/", f"{ONE}delete/"),
        *(f"{LIST}?kind=climate", f"{LIST}export/?kind=climate", f"{LIST}add/?kind=climate"),
        f"{LIST}climate {DATE} 10:00:00_23a/change/",
        f"{LIST}climate {DATE} 10:00:00_23a/delete/",
    ]


def test_pages_are_open_until_somebody_has_its_permissions_and_refused_then(
    staff: Client,
) -> None:
    assert {path: staff.get(path).status_code for path in pages()} == dict.fromkeys(pages(), 200)
    grant("lab", "view_records_of_climate")
    assert {path: staff.get(path).status_code for path in pages()} == dict.fromkeys(pages(), 403)
    assert staff.get("/messages/").status_code == 200


def test_a_key_of_such_a_kind_cannot_be_deleted_from_another_list(staff: Client) -> None:
    grant("lab", "view_records_of_climate")
    sent = {"action": "delete_selected", "_selected_action": [KEY]}
    assert staff.post(LIST, sent).status_code == 403
    assert staff.post(LIST, {**sent, "confirmed": "1", "etag": "x"}).status_code == 403


def test_lists_do_not_lead_to_it(staff: Client) -> None:
    user = User.objects.get(username="kim")
    SavedView.objects.create(owner=user, kind="climate", name="Cold", query="sensor=a")
    assert "Cold" in text_of(staff.get("/saved-views/"))
    grant("lab", "view_records_of_climate")
    assert "Cold" not in text_of(staff.get("/saved-views/"))
    assert f'href="{PAGE}"' not in text_of(staff.get("/kinds/"))
    assert f'href="{PAGE}"' not in text_of(staff.get("/kinds/climate/"))
    assert 'value="climate"' not in text_of(staff.get(LIST))
    saved = staff.post("/saved-views/", {"kind": "climate", "name": "x", "query": "sensor=a"})
    assert saved.status_code == 403


def test_who_may_only_see_is_shown_no_buttons(log_in: LogIn, climate: object) -> None:
    client = log_in()
    User.objects.get(username="kim").groups.add(grant("lab", "view_records_of_climate"))
    page = text_of(client.get(ONE))
    assert "Delete" not in page
    assert "New record" not in text_of(client.get(PAGE))
    assert client.get(f"{ONE}edit/").status_code == 403
    assert client.get("/messages/").status_code == 403
    assert client.get("/saved-views/").status_code == 200
    saved = client.post("/saved-views/", {"kind": "climate", "name": "x", "query": "sensor=a"})
    assert saved["Location"].startswith(PAGE)


def test_who_may_change_does_it_with_these_permissions_alone(
    log_in: LogIn, climate: object
) -> None:
    client = log_in()
    both = ("view_records_of_climate", "change_records_of_climate")
    User.objects.get(username="kim").groups.add(grant("lab", *both))
    assert "Delete" in text_of(client.get(ONE))
    for path in (f"{ONE}edit/", f"{ONE}delete/", f"{PAGE}new/"):
        assert client.get(path).status_code == 200, path


def test_groups_are_given_them_in_the_admin(log_in: LogIn, climate: object) -> None:
    client = log_in("auth.add_group", "auth.view_group", "auth.view_permission")
    User.objects.filter(username="kim").update(is_staff=True)
    page = text_of(client.get("/admin/auth/group/add/"))
    assert "Can see the records of Climate (climate)" in page
    chosen = Permission.objects.get(codename="view_records_of_climate")
    client.post("/admin/auth/group/add/", {"name": "lab", "permissions": [chosen.pk]})
    assert chosen.group_set.get().name == "lab"
