"""The pages of deleting what a query matches."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from ingestion.running.ended.by_query.models import Deletion
from tests.ingestion.helpers import DATE, HEADER, Tasks, averages, lines, records, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    return client


def work(deletion: Deletion) -> None:
    tasks = Tasks()
    tasks.delete_records(str(deletion.pk))
    tasks.run()
    deletion.refresh_from_db()


def test_what_is_shown_is_counted_confirmed_by_its_number_deleted_and_restored(admin):
    run(HEADER + lines(10))
    listed = f"/messages/?date={DATE}&local_avg_min=4&by=location"
    assert "Delete these…" in admin.get(listed).content.decode()
    address = f"/records/messages/delete/?date={DATE}&local_avg_min=4&by=location"
    assert "Nothing is deleted before" in admin.get(address).content.decode()
    admin.post(address)
    deletion = Deletion.objects.get()
    assert deletion.query == f"date={DATE}&local_avg_min=4"
    work(deletion)
    page = f"/deletions/{deletion.pk}/"
    assert "<strong>6</strong>" in admin.get(page).content.decode()
    for address in (page, "/deletions/"):
        assert f": {DATE}, Local average min: 4 ms<" in admin.get(address).content.decode()
    wrong = admin.post(f"{page}run/", {"count": "5"})
    assert (wrong.status_code, "6 records were counted" in wrong.content.decode()) == (409, True)
    assert admin.post(f"{page}run/", {"count": "six"}).status_code == 400
    assert len(averages()) == 10
    assert admin.post(f"{page}run/", {"count": "6"}).status_code == 302
    work(deletion)
    assert averages() == [0, 1, 2, 3]
    assert "Restore" in admin.get(page).content.decode()
    admin.post(f"{page}restore/")
    work(deletion)
    assert len(averages()) == 10
    assert "restored" in admin.get("/deletions/").content.decode()


def test_one_that_was_counted_can_be_declined(admin):
    run(HEADER + lines(2))
    admin.post(f"/records/messages/delete/?date={DATE}")
    deletion = Deletion.objects.get()
    work(deletion)
    admin.post(f"/deletions/{deletion.pk}/cancel/")
    deletion.refresh_from_db()
    assert (deletion.state, len(averages())) == ("cancelled", 2)


def test_a_query_with_faults_leads_back_to_the_page_that_tells_them(admin):
    response = admin.post("/records/messages/delete/?date=yesterday")
    assert response.status_code == 302
    assert not Deletion.objects.exists()


def test_records_that_are_chosen_are_counted_by_their_keys(admin):
    run(HEADER + lines(10))
    page = admin.get(f"/messages/?date={DATE}").content.decode()
    keys = [f"{one.date} {one.time}" for one in records()]
    assert all(f'value="{key}"' in page for key in keys)
    admin.post(f"/deletions/chosen/messages/?date={DATE}", {"row": [*keys[:3], keys[0]]})
    deletion = Deletion.objects.get()
    work(deletion)
    assert (deletion.state, deletion.matched, len(deletion.keys)) == ("counted", 3, 3)
    assert len(records()) == 10


def test_one_without_a_choice_is_told_to_choose(admin):
    run(HEADER + lines(1))
    address = f"/deletions/chosen/messages/?date={DATE}&location=cellar"
    response = admin.post(address)
    assert response["Location"] == f"/messages/?date={DATE}&location=cellar"
    assert "Select records first." in admin.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    "row", ["", DATE, f"{DATE} ", "yesterday 10:00:00", f"{DATE} {'x' * 2000}"]
)
def test_what_is_no_key_of_a_record_is_no_choice(admin, row):
    assert admin.post("/deletions/chosen/messages/", {"row": row}).status_code == 400
    assert not Deletion.objects.exists()


def test_nothing_can_be_chosen_by_those_who_may_not_delete():
    run(HEADER + lines(2))
    user = User.objects.create_user("eve")
    user.user_permissions.add(Permission.objects.get(codename="view_message"))
    client = Client()
    client.force_login(user)
    page = client.get(f"/messages/?date={DATE}")
    assert (page.status_code, "Choose" in page.content.decode()) == (200, False)
