"""The page that ranks the groups of records."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from messages_app.models import Day
from messages_app.store import day_index
from tests.messages_app.kinds import climate
from tests.pages.conftest import LogIn, text_of
from tests.pages.kinds.test_records import made
from tests.pages.messages.test_messages import link, shown_times
from tests.pages.record_pages import DATE, DAY, stored

PAGE = "/messages/ranking/"


@pytest.fixture
def reader(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message")


def ask(reader: Client, **parameters: object) -> str:
    return text_of(reader.get(PAGE, {"date": DATE, **parameters}))


def rows(page: str) -> list[tuple[str, list[str]]]:
    """The names of the groups, and what their cells say."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for row in body.split("<tr>")[1:]:
        cells = re.findall(r"<(?:th|td)[^>]*>(.*?)</(?:th|td)>", row, re.DOTALL)
        texts = [" ".join(unescape(re.sub(r"<[^>]*>", "", cell)).split()) for cell in cells]
        found.append((texts[0], texts[1:]))
    return found


def names(page: str) -> list[str]:
    return [name for name, _ in rows(page)]


def test_groups_stand_with_their_numbers_the_largest_mean_first(reader: Client) -> None:
    for second, place, value in ((0, "Lisbon", 1), (60, "Porto", 4), (120, "Porto", 6)):
        stored(second, location=place, local_avg=Decimal(value))
    page = ask(reader)

    assert rows(page) == [
        ("Porto", ["", "2", "5", "5", "5.9", "4", "6", "2019-05-28 00:02:00"]),
        ("Lisbon", ["", "1", "1", "1", "1", "1", "1", "2019-05-28 00:00:00"]),
    ]
    assert "2 groups by Location" in page
    assert re.search(r"As of <time datetime=\"[^\"]+\">", page)
    assert page.count("<svg") == 2
    assert 'aria-sort="descending"' in page


def test_every_column_sorts_both_ways(reader: Client) -> None:
    stored(0, location="a", local_avg=Decimal(3))
    stored(60, location="b", local_avg=Decimal(2))
    stored(120, location="b", local_avg=Decimal(1))
    page = ask(reader)
    for label in ("Location", "Count", "p50", "p95", "Min", "Max", "Last seen (UTC)"):
        page = text_of(reader.get(PAGE + link(page, label)))
        first = names(page)
        page = text_of(reader.get(PAGE + link(page, label)))
        assert names(page) == first[::-1] == sorted(first, reverse=first[0] == "a")


def test_a_row_leads_to_the_records_of_its_group(reader: Client) -> None:
    stored(0, location="Lisbon")
    stored(60, location="Porto")
    stored(120, location="Porto", source="10.0.0.2")
    page = ask(reader, source="10.0.0.1", measure="remote_avg", sort="name")
    address = link(page, "Porto")

    assert address.startswith("/messages/?")
    assert shown_times(text_of(reader.get(address))) == ["00:01:00"]


def test_records_and_ranking_keep_the_filters_of_each_other(reader: Client) -> None:
    stored(0, location="Lisbon")
    stored(60, location="Porto")
    records = text_of(reader.get("/messages/", {"date": DATE, "location": "Porto"}))
    page = text_of(reader.get(link(records, "Ranking")))
    assert names(page) == ["Porto"]
    assert shown_times(text_of(reader.get(link(page, "Records")))) == ["00:01:00"]
    other = text_of(reader.get(PAGE + link(page, "Location: Porto")))
    assert sorted(names(other)) == ["Lisbon", "Porto"]


def test_what_is_chosen_stays_when_something_else_is(reader: Client) -> None:
    stored(0, remote_avg=Decimal(5))
    page = ask(reader, by="source", sort="-max")
    page = text_of(reader.get(PAGE + link(page, "Remote average")))
    page = text_of(reader.get(PAGE + link(page, "All days")))
    assert names(page) == ["10.0.0.1"]
    assert rows(page)[0][1][2] == "5"
    assert '<input type="hidden" name="measure" value="remote_avg">' in page
    assert '<input type="hidden" name="sort" value="-max">' in page


def test_a_span_is_compared_with_the_one_before(reader: Client) -> None:
    stored(-DAY, location="more", local_avg=Decimal(4))
    stored(-DAY + 60, location="gone", local_avg=Decimal(1))
    stored(0, location="more", local_avg=Decimal(5))
    stored(60, location="new", local_avg=Decimal(3))
    page = ask(reader)
    page = text_of(reader.get(PAGE + link(page, "Compare with the time before")))

    assert names(page) == ["more", "new new", "gone gone"]
    assert rows(page)[0][1][1:4] == ["1 ±0", "5 +1 (+25.0%)", "5 +1 (+25.0%)"]
    assert rows(page)[2][1][1] == ""
    assert "Compared with 2019-05-27" in page
    assert link(page, "Do not compare")


def test_without_a_first_day_nothing_is_compared(reader: Client) -> None:
    stored(0)
    page = ask(reader, date="", compare="before")
    assert "Choose a first day" in page
    assert names(page) == ["Lisbon"]


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "'\"`;--", "x" * 1000, "{{ 7 * 7 }}", "&lt;b&gt;", "ü/?&#"],
)
def test_a_name_is_shown_and_led_to_whatever_it_is(name: str, reader: Client) -> None:
    stored(0, location=name)
    stored(60, location="other")
    page = ask(reader, sort="name")
    assert "<script>alert" not in page
    shown = name if len(name) < 40 else name[:40] + "…"
    assert set(names(page)) == {shown, "other"}
    assert shown_times(text_of(reader.get(link(page, shown)))) == ["00:00:00"]


def test_more_groups_than_a_page_has_are_on_further_ones(reader: Client) -> None:
    for number in range(103):
        stored(number, location=f"place {number:03}")
    page = ask(reader, sort="name")
    assert len(names(page)) == 100
    page = text_of(reader.get(PAGE + link(page, "Next page")))
    assert names(page) == ["place 100", "place 101", "place 102"]
    assert link(page, "Previous page")
    assert "This page does not exist" in ask(reader, page="9")


def test_a_number_that_python_does_not_read_is_no_page(reader: Client) -> None:
    stored(0, location="Lisbon")

    assert names(ask(reader, page="9" * 5000)) == ["Lisbon"]


def test_days_that_are_not_read_yet_are_told(reader: Client) -> None:
    stored(0)
    day_index.add({DATE: 1_000_000})
    page = ask(reader)
    assert "Not complete" in page
    Day.objects.update(count=1)
    assert "Not complete" not in ask(reader)


@pytest.mark.parametrize(
    "parameters",
    [
        {"sort": "-nothing", "measure": "nothing", "by": "nothing", "page": "x"},
        {"sort": "", "measure": "location", "compare": "after", "page": "0"},
        {"sort": "'; DROP", "page": "-1"},
    ],
)
def test_what_means_nothing_is_left_out(parameters: dict[str, str], reader: Client) -> None:
    stored(0)
    assert names(ask(reader, **parameters)) == ["Lisbon"]


def test_a_wrong_filter_is_told_beside_it(reader: Client) -> None:
    response = reader.get(PAGE, {"date": DATE, "local_avg_min": "many"})
    assert response.status_code == 400
    assert "“many” is not a number" in text_of(response)


def test_a_day_without_records_says_so(reader: Client) -> None:
    assert "No record matches" in ask(reader)


def test_last_week_is_asked_by_one_link(reader: Client) -> None:
    now = datetime.now(UTC)
    monday = (now - timedelta(days=now.weekday() + 7)).date()
    first = (monday - datetime.fromisoformat(DATE).date()).days * DAY
    stored(first - 1, location="week before", remote_avg=Decimal(90))
    stored(first, location="slow", remote_avg=Decimal(50))
    stored(first + 7 * DAY - 1, location="fast", remote_avg=Decimal(10))
    page = text_of(reader.get(PAGE))
    page = text_of(reader.get(PAGE + link(page, "Last week")))
    page = text_of(reader.get(PAGE + link(page, "Remote average")))
    assert names(page) == ["slow", "fast"]


def test_kinds_that_were_made_are_ranked_too(log_in: LogIn, aws: str, db: None) -> None:
    kind = climate.make()
    for sensor, temperature in (("a", "20"), ("b", "22")):
        kind.repository.insert(made(kind, sensor, temperature=temperature))
    reader = log_in("messages_app.view_message")
    page = text_of(reader.get("/records/climate/ranking/"))
    assert names(page) == ["b", "a"]
    assert link(page, "Records").startswith("/records/climate/?")


def test_a_kind_without_texts_has_nothing_to_rank_by(log_in: LogIn, aws: str, db: None) -> None:
    fields = [climate.FIELDS[0], climate.FIELDS[2]]
    climate.make(fields=fields, identity=[])
    page = text_of(log_in("messages_app.view_message").get("/records/climate/ranking/"))
    assert "no text field" in page
