"""What is shown when something is wrong."""

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client

from ingestion.aws.provision import provision
from tests.pages.conftest import LogIn, text_of


def test_an_unknown_address_has_a_page_for_strangers_too(client: Client, db: None) -> None:
    response = client.get("/nothing-here/")

    assert response.status_code == 404
    assert "There is nothing at this address" in text_of(response)


def test_an_unknown_address_of_the_api_is_answered_in_json(client: Client, db: None) -> None:
    response = client.get("/api/nothing-here/")

    assert response.status_code == 404
    assert response.json()["detail"] == "There is nothing at this address."


def test_a_page_whose_storage_fails_says_so_and_can_be_tried_again(
    log_in: LogIn, bare_aws: str
) -> None:
    response = log_in("messages_app.view_message").get("/messages/?date=2019-05-28")

    assert response.status_code == 503
    assert response["Retry-After"]
    assert "The storage does not answer" in text_of(response)


@pytest.mark.parametrize("path", ["/messages/", "/admin/messages_app/message/", "/api/messages/"])
def test_what_storage_did_not_answer_comes_back_by_itself(
    log_in: LogIn, bare_aws: str, path: str
) -> None:
    staff = log_in("messages_app.view_message")
    User.objects.update(is_staff=True)
    assert staff.get(f"{path}?date=2019-05-28").status_code == 503

    for _ in provision():
        pass

    assert staff.get(f"{path}?date=2019-05-28").status_code == 200


def test_the_page_of_a_fault_in_sluice_needs_nothing_that_could_have_failed() -> None:
    page = render_to_string("500.html")

    assert "This is a fault in Sluice" in page
    assert "/static/" not in page
