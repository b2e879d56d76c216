"""The values that records can be filtered by, as pages of their own and as parts of one."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from messages_app.store import day_index
from tests.messages_app.kinds import climate
from tests.pages.conftest import LogIn, text_of
from tests.pages.kinds.test_records import made
from tests.pages.messages.test_messages import link, shown_times
from tests.pages.record_pages import DATE, stored

PAGE = "/messages/values/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message")


def ask(reader: Client, **parameters: object) -> str:
    response = reader.get(PAGE, {"date": DATE, **parameters}, headers=HTMX)
    return response.content.decode()


def listed(page: str, label: str) -> list[tuple[str, str]]:
    """The values of a field with their counts."""
    part = page.partition(f'<section aria-label="{label}">')[2].partition("</section>")[0]
    found = re.findall(r"<li><a [^>]*>(.*?)</a> <span[^>]*>(.*?)</span>", part, re.DOTALL)
    return [(unescape(value), count) for value, count in found]


def test_all_values_are_listed_with_their_counts(reader: Client) -> None:
    for second, place in enumerate(("Lisbon", "Porto", "Porto")):
        stored(second, location=place)
    page = ask(reader)
    assert listed(page, "Location") == [("Porto", "2"), ("Lisbon", "1")]
    assert listed(page, "Connection") == [("10.0.0.1", "3")] or "10.0.0.1" in page
    assert "As of" in page
    assert "<html" not in page


def test_a_value_leads_to_its_records_and_the_others_can_still_be_chosen(reader: Client) -> None:
    for second, place in enumerate(("Lisbon", "Porto", "Porto")):
        stored(second, location=place)
    page = ask(reader, location="Lisbon")
    assert listed(page, "Location") == [("Porto", "2"), ("Lisbon", "1")]
    found = text_of(reader.get(link(page, "Porto")))
    assert shown_times(found) == ["00:00:01", "00:00:02"]


def test_a_bar_leads_to_its_records(reader: Client) -> None:
    for second, number in enumerate((1, 1, 9)):
        stored(second, local_avg=Decimal(number))
    page = ask(reader)
    found = text_of(reader.get(link(page, "1 to 1.4: 2")))
    assert shown_times(found) == ["00:00:00", "00:00:01"]


def test_values_that_contain_a_text_are_found(reader: Client) -> None:
    stored(0, location="Lisbon", source="10.0.0.1")
    stored(1, location="Porto", source="isbn")
    page = ask(reader, search="ISB")
    assert listed(page, "Location") == [("Lisbon", "1")]
    assert 'aria-label="Local destination"' not in page
    assert "No value contains “&lt;x&gt;”" in ask(reader, search="<x>")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "'\"`;--", "x" * 1000, "&lt;", "%_"])
def test_a_value_is_shown_and_led_to_whatever_it_is(name: str, reader: Client) -> None:
    stored(0, location=name)
    stored(1, location="other")
    page = ask(reader, search=name[:150])
    assert "<script>alert" not in page
    assert listed(page, "Location") == [(name, "1")]
    assert shown_times(text_of(reader.get(link(page, name)))) == ["00:00:00"]


def test_where_nothing_matches_values_that_are_like_it_are_offered(reader: Client) -> None:
    for second, location in enumerate(("Lisbon", "Porto", "Faro")):
        stored(second, location=location)
    page = text_of(reader.get("/messages/", {"date": DATE, "location": "lisboa"}))
    assert "None of the 3 records of 2019-05-28 matches." in page
    [address] = re.findall(r'hx-get="(/messages/values/near/[^"]*)"', page)
    part = reader.get(unescape(address), headers=HTMX).content.decode()
    assert "Did you mean" in part
    assert "Porto" not in part
    assert shown_times(text_of(reader.get(link(part, "Location: Lisbon")))) == ["00:00:00"]
    other = reader.get(f"{PAGE}near/", {"date": DATE, "location": "qqq"}, headers=HTMX)
    assert "These values exist:" in other.content.decode()
    whole = text_of(reader.get(unescape(address)))
    assert "Location: Lisbon" in whole
    assert link(whole, "Back to the records")


def test_days_that_are_not_read_yet_are_told(reader: Client) -> None:
    stored(0)
    day_index.add({DATE: 1_000_000})
    assert "Not complete" in ask(reader)
    near = reader.get(f"{PAGE}near/", {"date": DATE, "location": "x"}, headers=HTMX)
    assert "still being read" in near.content.decode()


def test_on_the_ranking_they_lead_to_the_ranking(reader: Client) -> None:
    stored(0, location="Lisbon")
    page = ask(reader, **{"for": "ranking", "measure": "remote_avg"})
    assert link(page, "Lisbon") == (
        f"/messages/ranking/?date={DATE}&location=Lisbon&measure=remote_avg"
    )


def test_of_wrong_filters_nothing_is_counted(reader: Client) -> None:
    assert "Correct the filters" in ask(reader, local_avg_min="many")


def test_kinds_that_were_made_have_them_too(log_in: LogIn, aws: str, db: None) -> None:
    kind = climate.make()
    for sensor, temperature in (("a", "20"), ("b", "22")):
        kind.repository.insert(made(kind, sensor, temperature=temperature))
    reader = log_in("messages_app.view_message")
    page = text_of(reader.get("/records/climate/values/"))
    assert listed(page, "Sensor") == [("a", "1"), ("b", "1")]
    assert "Did you mean" in text_of(reader.get("/records/climate/values/near/", {"sensor": "aa"}))
