"""The messages page."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messages_app.models import Day
from messages_app.presentation.calendar import StripDay
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.store import day_index
from tests.pages.conftest import LogIn, MakeImport, text_of
from tests.pages.record_pages import DATE, DAY, AskedOfDynamoDB, stored


@pytest.fixture
def reader(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message", "ingestion.view_import")


def shown_times(page: str) -> list[str]:
    """The times in the table; with their dates where the table has those."""
    return re.findall(r'<th scope="row" class="time">.*?<time [^>]*>([^<]+)</time>', page)


def seconds_ago(hours: int) -> int:
    """As ``stored`` counts them."""
    now = datetime.now(UTC) - timedelta(hours=hours)
    return int((now - datetime.fromisoformat(f"{DATE}T00:00Z")).total_seconds())


def moment_of(second: int) -> str:
    """As the table of several days has it."""
    moment = datetime.fromisoformat(f"{DATE}T00:00Z") + timedelta(seconds=second)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def ask(reader: Client, **parameters: object) -> str:
    return text_of(reader.get("/messages/", {"date": DATE, **parameters}))


def link(page: str, text: str) -> str:
    """The address of the link whose text or label begins so."""
    for attributes, inner in re.findall(r"<a ([^>]*)>(.*?)</a>", page, re.DOTALL):
        label = re.search(r'aria-label="([^"]*)"', attributes)
        said = label[1] if label else " ".join(unescape(re.sub(r"<[^>]*>", " ", inner)).split())
        if said.startswith(text):
            (address,) = re.findall(r'href="([^"]*)"', attributes)
            return unescape(address)
    raise AssertionError(f"there is no link “{text}”")


def follow(reader: Client, page: str, text: str) -> str:
    address = link(page, text)
    return text_of(reader.get(address if address.startswith("/") else f"/messages/{address}"))


def test_the_records_of_a_date_are_shown_with_all_digits_and_units(reader: Client) -> None:
    stored(39_309)

    page = ask(reader)

    assert shown_times(page) == ["10:55:09"]
    assert "120.07250000000000000000000000000000001" in page
    assert re.search(r"Local average <span class=\"unit\">\(ms\)", page)


def test_the_origin_leads_to_the_import(reader: Client, make_import: MakeImport) -> None:
    import_ = make_import()
    stored(1, Origin(str(import_.pk), 17))

    assert f'<a href="{import_.get_absolute_url()}">line 17</a>' in ask(reader)


def test_a_time_leads_to_the_record(reader: Client) -> None:
    stored(1)

    assert link(ask(reader), "00:00:01") == f"/messages/{DATE}/00:00:01/"


@pytest.mark.parametrize(
    ("count", "short"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (1_249, "1.2k"),
        (34_400, "34k"),
        (5_600_000, "5.6M"),
        (7_000_000_000_000, "7000G"),
    ],
)
def test_counts_are_shortened(count: int, short: str) -> None:
    assert StripDay(date(2019, 5, 28), count, 1, "", False).short_count == short


class TestDays:
    def test_the_page_opens_on_the_newest_day_that_holds_records(self, reader: Client) -> None:
        stored(1)
        stored(2 - DAY)
        stored(3 + DAY)
        day_index.register(["2019-06-30"])  # begun, and nothing counted yet

        assert shown_times(text_of(reader.get("/messages/"))) == ["00:00:03"]

    def test_without_any_record_it_opens_on_today_and_says_what_to_do(
        self, log_in: LogIn, aws: str
    ) -> None:
        client = log_in("messages_app.view_message", "ingestion.add_import")

        page = text_of(client.get("/messages/"))

        assert f"There are no records of {datetime.now(UTC).date().isoformat()}." in page
        assert link(page, "Upload a CSV file") == "/upload/"

    def test_the_strip_tells_the_records_of_each_day_and_keeps_the_filters(
        self, reader: Client
    ) -> None:
        stored(1)
        stored(2 + DAY)
        stored(3 + DAY)

        page = ask(reader, location="Lisbon")

        assert link(page, "28 May 2019: 1 record") == f"?date={DATE}&location=Lisbon"
        assert shown_times(follow(reader, page, "29 May 2019: 2 records")) == [
            "00:00:02",
            "00:00:03",
        ]
        assert "30 May 2019: no records" in page

    def test_links_lead_over_gaps_to_the_nearest_days_with_records(self, reader: Client) -> None:
        for day in (-400, -3, 0, 90, 200):
            stored(1 + day * DAY)

        page = ask(reader)

        assert (
            link(page, "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK} Previous day with records: ")
            == "?date=2019-05-25"
        )
        assert link(page, "← Earlier: 23 Apr 2018") == "?date=2018-04-23"
        assert link(page, "Next day with records: ") == "?date=2019-08-26"
        assert link(page, "Later: 26 Aug 2019") == "?date=2019-08-26"
        assert link(page, "Newest: 14 Dec 2019") == "?date=2019-12-14"

    @pytest.mark.parametrize("end", ["0001-01-01", "9999-12-31"])
    def test_the_ends_of_the_calendar_are_days_like_others(self, end: str, reader: Client) -> None:
        assert f"There are no records of {end}." in ask(reader, date=end)

    def test_all_days_are_listed_with_their_dates_and_can_be_bounded(self, reader: Client) -> None:
        for day in (-1, 0, 1):
            stored(1 + day * DAY)

        page = follow(reader, ask(reader), "All days")
        bounded = ask(reader, date="", date_from="2019-05-28", date_to="2019-05-28")

        assert shown_times(page) == [f"2019-05-{day} 00:00:01" for day in (27, 28, 29)]
        assert shown_times(bounded) == ["2019-05-28 00:00:01"]
        assert 'name="date_from"' in page
        assert "date=2019-05-29" in link(page, "One day")


class TestFilters:
    def test_every_text_field_of_the_schema_can_be_filtered_by(self, reader: Client) -> None:
        names = [field.name for field in MESSAGE.fields if not field.type.is_number]
        assert names
        for second, name in enumerate(names):
            stored(second, **{name: "wanted"})

        for second, name in enumerate(names):
            assert shown_times(ask(reader, **{name: " wanted "})) == [f"00:00:0{second}"]

    def test_a_field_can_have_several_values_each_in_an_input(self, reader: Client) -> None:
        for second, name in enumerate(("Lisbon", "Porto", "Faro")):
            stored(second, location=name)

        page = ask(reader, location=["Lisbon", "Faro"])

        assert shown_times(page) == ["00:00:00", "00:00:02"]
        assert re.findall(r'name="location"[^>]* value="(\w*)"', page) == ["Lisbon", "Faro", ""]

    def test_times_narrow_the_day_and_their_ends_count(self, reader: Client) -> None:
        for second in (3599, 3600, 7199, 7200):
            stored(second)

        assert shown_times(ask(reader, time_from="01", time_to="01")) == ["01:00:00", "01:59:59"]

    def test_numbers_are_bounded_by_a_minimum_and_a_maximum(self, reader: Client) -> None:
        for second in range(5):
            stored(second, local_avg=Decimal(second))

        found = shown_times(ask(reader, local_avg_min="1", local_avg_max="3.5"))

        assert found == ["00:00:01", "00:00:02", "00:00:03"]

    def test_each_filter_that_is_on_can_be_taken_off(self, reader: Client) -> None:
        for second, name in enumerate(("Lisbon", "Porto", "Faro")):
            stored(second, location=name)
        page = ask(reader, location=["Lisbon", "Faro"], time_to="00:00:01")
        assert shown_times(page) == ["00:00:00"]

        assert shown_times(follow(reader, page, "Location: Lisbon")) == []
        assert shown_times(follow(reader, page, "To time: 00:00:01")) == ["00:00:00", "00:00:02"]
        assert len(shown_times(follow(reader, page, "Clear filters"))) == 3

    def test_values_of_the_shown_records_are_suggested(self, reader: Client) -> None:
        for second, name in enumerate(("Porto", "Lisbon", "Porto")):
            stored(second, location=name)

        assert '<option value="Lisbon"><option value="Porto"></datalist>' in ask(reader)

    def test_the_time_column_turns_the_order(self, reader: Client) -> None:
        stored(1)
        stored(2)

        page = follow(reader, ask(reader, location="Lisbon"), "Time (UTC)")

        assert shown_times(page) == ["00:00:02", "00:00:01"]
        assert 'aria-sort="descending"' in page
        assert shown_times(follow(reader, page, "Time (UTC)")) == ["00:00:01", "00:00:02"]

    def test_what_the_form_has_no_input_for_is_kept_by_it(self, reader: Client) -> None:
        stored(1, local_avg=Decimal(7))
        stored(2)

        page = ask(reader, local_avg="7")

        assert shown_times(page) == ["00:00:01"]
        assert '<input type="hidden" name="local_avg" value="7">' in page

    @pytest.mark.parametrize(
        ("parameters", "sentence"),
        [
            ({"date": "28.05.2019"}, "“28.05.2019” is not a date: write it like 2019-05-28."),
            ({"date": "2019-02-30"}, "“2019-02-30” is not a date"),
            (
                {"date": "", "date_from": "2019-05-02", "date_to": "2019-05-01"},
                "The end, 2019-05-01, is before the beginning, 2019-05-02.",
            ),
            ({"time_from": "25:00"}, "“25:00” is not a time of day"),
            ({"time_from": "11", "time_to": "10"}, "The end, 10, is before the beginning, 11."),
            ({"location": "x" * 1025}, "has 1,025 characters, 1,024 are allowed."),
            ({"location": ["a", "\0"]}, "One of the values contains a NUL byte; remove it."),
            ({"location": [str(n) for n in range(101)]}, "Location can have at most 100 values."),
            ({"local_avg_min": "much"}, "“much” is not a number."),
            (
                {"local_avg_min": "5", "local_avg_max": "4.5"},
                "The maximum, 4.5, is below the minimum, 5.",
            ),
            ({"order": "random"}, "“random” must be one of oldest, newest."),
        ],
    )
    def test_bad_input_is_explained_beside_it(
        self, parameters: dict[str, str], sentence: str, reader: Client
    ) -> None:
        response = reader.get("/messages/", {"date": DATE, **parameters})

        assert response.status_code == 400
        assert sentence in re.findall(r'class="field-error"[^>]*>([^<]*)', text_of(response))[0]
        assert "Nothing was searched" in text_of(response)

    def test_parameters_that_mean_nothing_here_are_left_out(self, reader: Client) -> None:
        stored(1)

        page = ask(reader, utm_source="mail", by="nonsense", order="oldest")

        assert link(page, "CSV") == f"/messages/export/?date={DATE}&format=csv"

    def test_one_day_needs_no_first_and_no_last_one(self, reader: Client) -> None:
        stored(1)

        page = ask(reader, date_from="2019-06-01", date_to="2019-06-02")

        assert shown_times(page) == ["00:00:01"]
        assert link(page, "CSV") == f"/messages/export/?date={DATE}&format=csv"

    def test_a_day_without_records_says_so(self, reader: Client) -> None:
        stored(1 + DAY)

        assert "There are no records of 2019-05-28. Choose another day" in ask(reader)

    def test_filters_that_match_nothing_say_so_and_lead_on(self, reader: Client) -> None:
        stored(1)
        stored(1 + DAY, location="Atlantis")

        page = ask(reader, location="Atlantis")

        assert "None of the 1 record of 2019-05-28 matches." in page
        assert len(shown_times(follow(reader, page, "Clear filters"))) == 1
        assert shown_times(follow(reader, page, "In all days")) == ["2019-05-29 00:00:01"]


class TestDaysThatMove:
    def test_a_link_to_the_newest_day_goes_with_it(self, reader: Client) -> None:
        stored(1, location="Porto")
        page = ask(reader, location="Porto")

        [moving] = re.findall(r'id="share-moving"[^>]*>([^<]*)<', page)
        assert moving == "http://testserver/messages/?location=Porto"
        [fixed] = re.findall(r'id="share-fixed"[^>]*>([^<]*)<', page)
        assert unescape(fixed).endswith(f"?date={DATE}&location=Porto")
        stored(2 + DAY, location="Porto")
        assert shown_times(text_of(reader.get(moving))) == ["00:00:02"]
        assert "share-moving" not in ask(reader, location="Porto")  # no longer the newest

    def test_the_last_days_are_those_up_to_today(self, reader: Client) -> None:
        today = datetime.now(UTC).date()
        seconds = (today - date.fromisoformat(DATE)).days * DAY
        stored(seconds)
        stored(seconds - 2 * DAY)
        page = ask(reader, date="", date_from=(today - timedelta(days=1)).isoformat())

        [moving] = re.findall(r'id="share-moving"[^>]*>([^<]*)<', page)
        assert moving.endswith("/messages/?last=2")
        assert len(shown_times(text_of(reader.get(moving)))) == 1
        assert len(shown_times(text_of(reader.get("/messages/?last=3")))) == 2

    def test_the_last_hours_begin_at_a_moment(self, reader: Client) -> None:
        ago = [seconds_ago(hours) for hours in (1, 23, 25)]
        for second in ago:
            stored(second)
        page = follow(reader, ask(reader), "Last 24 hours")

        assert shown_times(page) == [moment_of(second) for second in ago[1::-1]]
        assert ">2 records<" in page
        assert re.search(r'<a [^>]*aria-current="true">Last 24 hours</a>', page)
        [moving] = re.findall(r'id="share-moving"[^>]*>([^<]*)<', page)
        assert moving.endswith("/messages/?last=24h")
        assert "From: " in page

    def test_last_week_is_from_monday_to_sunday(self, reader: Client) -> None:
        today = datetime.now(UTC).date()
        monday = today - timedelta(days=today.weekday() + 7)
        start = (monday - date.fromisoformat(DATE)).days * DAY
        for day in (-1, 0, 6, 7):
            stored(start + day * DAY)
        page = follow(reader, ask(reader, location="Lisbon"), "Last week")

        assert [one[:10] for one in shown_times(page)] == [
            monday.isoformat(),
            (monday + timedelta(days=6)).isoformat(),
        ]
        [moving] = re.findall(r'id="share-moving"[^>]*>([^<]*)<', page)
        assert unescape(moving).endswith("/messages/?location=Lisbon&last=week")

    def test_a_span_whose_end_comes_first_is_refused(self, reader: Client) -> None:
        stored(1)
        page = text_of(
            reader.get("/messages/", {"date_from": f"{DATE}T11", "date_to": f"{DATE}T10"})
        )
        assert f"The end, {DATE}T10, is before the beginning, {DATE}T11." in page

    def test_a_moment_stays_in_the_form(self, reader: Client) -> None:
        stored(1)
        page = text_of(reader.get("/messages/", {"date_from": f"{DATE}T00:00"}))
        assert f'<input type="text" name="date_from" id="f-date_from" value="{DATE}T00:00"' in page

    @pytest.mark.parametrize("last", ["0", "-1", "x", "9" * 40, "²", "0h", "h", "3661", "24H"])
    def test_what_is_no_number_of_days_is_left_out(self, last: str, reader: Client) -> None:
        stored(1)
        assert shown_times(text_of(reader.get("/messages/", {"last": last}))) == ["00:00:01"]


class TestPages:
    def test_pages_follow_each_other_and_lead_back(self, reader: Client) -> None:
        for second in range(120):
            stored(second)
        pages = [ask(reader)]
        assert "The first 50 of 120 records" in pages[0]
        while "Next page" in pages[-1]:
            pages.append(follow(reader, pages[-1], "Next page"))
        seen = [time for page in pages for time in shown_times(page)]

        assert len(seen) == 120
        assert seen == sorted(set(seen))
        assert "Previous page" not in pages[0]
        back = follow(reader, pages[2], "Previous page")
        assert shown_times(back) == shown_times(pages[1])
        assert shown_times(follow(reader, back, "Previous page")) == shown_times(pages[0])
        assert shown_times(follow(reader, pages[2], "First page")) == shown_times(pages[0])

    @pytest.mark.parametrize("cursor", ["nonsense", "x" * 4000, "é"])
    def test_a_damaged_cursor_is_explained(self, cursor: str, reader: Client) -> None:
        response = reader.get(f"/messages/?date=2019-05-28&cursor={quote(cursor)}")

        assert response.status_code == 400
        assert "The link to this page of records is damaged" in text_of(response)

    def test_a_cursor_of_another_date_is_refused(self, reader: Client) -> None:
        for second in range(60):
            stored(second)
        cursor = re.search(r"cursor=([^&\"]+)", ask(reader))
        assert cursor is not None

        response = reader.get(f"/messages/?date=2019-05-29&cursor={cursor[1]}")

        assert response.status_code == 400


class TestCosts:
    def test_a_page_asks_once_and_for_no_more_than_it_shows(self, reader: Client) -> None:
        for second in range(130):
            stored(second + DAY * (second % 3))

        with AskedOfDynamoDB() as asked:
            page = text_of(reader.get("/messages/"))

        assert len(shown_times(page)) == 43
        assert asked.operations == ["Query"]
        assert asked.most_at_once == 51
        assert asked.records <= 51

    def test_the_sql_does_not_grow_with_the_number_of_days(self, reader: Client) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connection) as queries:
                reader.get("/messages/")
            return len(queries)

        stored(1)
        for day in (-100, 100):
            stored(1 + day * DAY)
        few = statements()
        Day.objects.bulk_create(Day(date=f"20{n:02}-01-01", count=1) for n in range(20, 60))

        assert statements() <= few


class TestExport:
    def test_the_files_have_exactly_what_is_filtered(self, reader: Client) -> None:
        for second in range(60):
            stored(second, location="Porto" if second % 20 == 0 else "Lisbon")
        page = ask(reader, location="Porto", order="newest")

        as_csv = reader.get(link(page, "CSV"))
        as_lines = reader.get(link(page, "JSON lines"))

        rows = list(csv.DictReader(io.StringIO(b"".join(as_csv).decode())))
        assert [row["time"] for row in rows] == ["00:00:40", "00:00:20", "00:00:00"]
        assert rows[0]["remote_avg"] == "120.07250000000000000000000000000000001"
        lines = [json.loads(line) for line in b"".join(as_lines).decode().splitlines()]
        assert [line["time"] for line in lines] == [row["time"] for row in rows]
        assert 'filename="messages-2019-05-28.csv"' in as_csv["Content-Disposition"]
        assert as_lines["Content-Type"] == "application/x-ndjson; charset=utf-8"

    def test_a_wrong_query_leads_to_the_page_that_explains_it(self, reader: Client) -> None:
        response = reader.get("/messages/export/", {"date": DATE, "time_from": "25"}, follow=True)

        assert response.status_code == 400
        assert "“25” is not a time of day" in text_of(response)
