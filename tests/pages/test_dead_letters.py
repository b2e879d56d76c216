"""The page of the dead letters."""

import pytest
from django.urls import reverse

from ingestion import dead_letters
from tests.ingestion.letters import dead_import
from tests.pages.conftest import LogIn, text_of

pytestmark = pytest.mark.usefixtures("aws")
STAFF = ("ingestion.change_import", "ingestion.delete_import", "ingestion.view_import")


def test_it_lists_each_letter_with_its_import(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    of = dead_import("in/stations.csv")

    answer = client.get(reverse("dead-letters"))

    assert "stations.csv" in text_of(answer)
    assert of.get_absolute_url() in answer.content.decode()


def test_it_says_when_there_are_none(log_in: LogIn) -> None:
    assert "There are no dead letters" in text_of(log_in(*STAFF).get(reverse("dead-letters")))


def test_chosen_letters_are_sent_back(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    of = dead_import()
    (letter,) = dead_letters.waiting()

    answer = client.post(reverse("dead-letters-redrive"), {"letter": letter.id}, follow=True)

    assert "1 dead letter sent back to its queue" in text_of(answer)
    of.refresh_from_db()
    assert of.state == "planning"


def test_discarding_needs_the_permission_to_delete(log_in: LogIn) -> None:
    client = log_in("ingestion.change_import")
    dead_import()
    (letter,) = dead_letters.waiting()

    answer = client.post(reverse("dead-letters-discard"), {"letter": letter.id})

    assert answer.status_code == 403
    assert len(dead_letters.waiting()) == 1


def test_choosing_nothing_does_nothing(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    dead_import()

    answer = client.post(reverse("dead-letters-discard"), follow=True)

    assert "Choose at least one letter" in text_of(answer)
    assert len(dead_letters.waiting()) == 1


def test_a_failed_import_leads_to_the_letters(log_in: LogIn) -> None:
    client = log_in(*STAFF)
    of = dead_import()

    assert reverse("dead-letters") in client.get(of.get_absolute_url()).content.decode()
