"""The messages page."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.test import Client

from messages_app.record import Message, Origin, message
from messages_app.repository import message_repository
from messages_app.schema import MESSAGE
from tests.pages.conftest import LogIn, MakeImport, add_chunk, text_of

MIDNIGHT = 1_559_001_600  # of 2019-05-28


@pytest.fixture
def reader(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message", "ingestion.view_import")


def stored(second: int, origin: Origin | None = None, **values: object) -> Message:
    """A message of 2019-05-28, in the table."""
    given = {
        "timestamp": Decimal(MIDNIGHT + second),
        "location": "Lisbon",
        "source": "10.0.0.1",
        "local_dest": "gw",
        "local_avg": Decimal("4.39"),
        "remote_dest": "dns",
        "remote_avg": Decimal("120.07250000000000000000000000000000001"),
    }
    built = message(MESSAGE, {**given, **values}, origin)  # type: ignore[dict-item]
    message_repository().insert(built)
    return built


def shown_times(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="time">([\d:.]+)', page)


def ask(reader: Client, **parameters: str) -> str:
    return text_of(reader.get("/messages/", {"date": "2019-05-28", **parameters}))


def test_the_records_of_a_date_are_shown_with_all_digits_and_units(reader: Client) -> None:
    stored(39_309)

    page = ask(reader)

    assert shown_times(page) == ["10:55:09"]
    assert "120.07250000000000000000000000000000001" in page
    assert re.search(r"Local average <span class=\"unit\">\(ms\)", page)


def test_the_origin_leads_to_the_import(reader: Client, make_import: MakeImport) -> None:
    of = make_import()
    stored(1, Origin(str(of.pk), 17))

    assert f'<a href="{of.get_absolute_url()}">line 17</a>' in ask(reader)


def test_every_text_field_of_the_schema_can_be_filtered_by(reader: Client) -> None:
    names = [field.name for field in MESSAGE.fields if field.type.kind == "text"]
    assert names
    for second, name in enumerate(names):
        stored(second, **{name: "wanted"})

    for second, name in enumerate(names):
        assert shown_times(ask(reader, **{name: " wanted "})) == [f"00:00:0{second}"]


def test_times_narrow_the_day_and_their_ends_count(reader: Client) -> None:
    for second in (3599, 3600, 7199, 7200):
        stored(second)

    assert shown_times(ask(reader, time_from="01", time_to="01")) == ["01:00:00", "01:59:59"]


def test_pages_follow_each_other_and_lead_back_to_the_first(reader: Client) -> None:
    for second in range(120):
        stored(second)
    page = ask(reader)
    seen = shown_times(page)
    while following := re.search(r'href="(\?[^"]*)" rel="next">Next page', page):
        page = text_of(reader.get(f"/messages/{following[1].replace('&amp;', '&')}"))
        seen += shown_times(page)

    assert len(seen) == 120
    assert seen == sorted(set(seen))
    assert '<a class="button" href="?date=2019-05-28">First page</a>' in page


@pytest.mark.parametrize("cursor", ["nonsense", "x" * 4000, "é"])
def test_a_damaged_cursor_is_explained(cursor: str, reader: Client) -> None:
    answer = reader.get(f"/messages/?date=2019-05-28&cursor={quote(cursor)}")

    assert answer.status_code == 400
    assert "The link to this page of records is damaged" in text_of(answer)


def test_a_cursor_of_another_date_is_refused(reader: Client) -> None:
    for second in range(60):
        stored(second)
    cursor = re.search(r"cursor=([^&\"]+)", ask(reader))
    assert cursor is not None

    answer = reader.get(f"/messages/?date=2019-05-29&cursor={cursor[1]}")

    assert answer.status_code == 400


def test_a_day_without_records_says_so(reader: Client) -> None:
    assert "There are no records of 2019-05-28." in ask(reader)


def test_filters_that_match_nothing_say_so(reader: Client) -> None:
    stored(1)

    assert "No record of 2019-05-28 matches." in ask(reader, location="Atlantis")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"date": "28.05.2019"}, "“28.05.2019” is not a date: write it like 2019-05-28."),
        ({"date": "2019-02-30"}, "“2019-02-30” is not a date"),
        ({"date": ""}, "Choose a date."),
        ({"time_from": "25:00"}, "“25:00” is not a time of day"),
        ({"time_from": "11", "time_to": "10"}, "The end, 10, lies before the beginning, 11."),
        ({"location": "x" * 1025}, "has 1,025 characters, 1,024 are allowed."),
    ],
)
def test_bad_input_is_explained(parameters: dict[str, str], sentence: str, reader: Client) -> None:
    answer = reader.get("/messages/", {"date": "2019-05-28", **parameters})

    assert answer.status_code == 400
    assert sentence in text_of(answer)


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_have_a_neighbour_on_one_side(date: str, reader: Client) -> None:
    page = text_of(reader.get("/messages/", {"date": date}))

    assert page.count("Day before") + page.count("Day after") == 1


def test_the_first_date_shown_is_the_latest_that_an_import_touched(
    reader: Client, make_import: MakeImport
) -> None:
    today = datetime.now(UTC).date().isoformat()
    assert f"There are no records of {today}." in text_of(reader.get("/messages/"))

    add_chunk(make_import("a.csv"), first_date="2019-05-01", last_date="2019-05-28")
    add_chunk(make_import("b.csv"), first_date="2019-05-02", last_date="2019-05-03")
    stored(1)

    assert shown_times(text_of(reader.get("/messages/"))) == ["00:00:01"]
