"""The numbers above the table, as JSON."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from messages_app.pages.browse.chart import MAX_LINES, MAX_POINTS, MAX_RECORDS, chart_of
from messages_app.schema.builtin import MESSAGE
from messages_app.store.paging import Page
from tests.pages.conftest import LogIn
from tests.pages.record_pages import DATE, DAY, MIDNIGHT, AskedOfDynamoDB, made, stored


@pytest.fixture
def reader(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message")


def ask(reader: Client, **parameters: object) -> Any:
    response = reader.get("/messages/chart.json", {"date": DATE, **parameters})
    assert response.status_code == 200
    return response.json()


def test_there_is_a_chart_for_each_number_but_the_time(reader: Client) -> None:
    stored(1)

    charts = ask(reader)["charts"]

    names = [field.name for field in MESSAGE.fields if field.type.is_number]
    assert [chart["name"] for chart in charts] == [n for n in names if n != MESSAGE.time_field]
    assert (charts[0]["label"], charts[0]["unit"]) == ("Local average", "ms")


def test_a_line_has_the_moments_and_the_numbers_of_its_group(reader: Client) -> None:
    stored(1, location="Porto", local_avg=Decimal("0.5"))
    stored(2, location="Lisbon")
    stored(Decimal("3.25"), location="Porto", local_avg=Decimal(7))

    drawn = ask(reader)

    assert [(one["name"], one["count"]) for one in drawn["groups"]] == [("Lisbon", 1), ("Porto", 2)]
    assert drawn["charts"][0]["lines"][1] == [[MIDNIGHT + 1, 0.5], [MIDNIGHT + 3.25, 7.0]]


@pytest.mark.parametrize("name", [field.name for field in MESSAGE.texts])
def test_lines_can_be_told_apart_by_any_text_field(name: str, reader: Client) -> None:
    stored(1, **{name: "one"})
    stored(2, **{name: "two"})

    drawn = ask(reader, by=name)

    assert drawn["by"] == MESSAGE.by_name[name].label
    assert [one["name"] for one in drawn["groups"]] == ["one", "two"]


def test_the_filters_are_those_of_the_page(reader: Client) -> None:
    for second in range(4):
        stored(second, local_avg=Decimal(second))
        stored(second + DAY)

    drawn = ask(reader, time_from="00:00:01", local_avg_max="2")

    assert [x - MIDNIGHT for x, _ in drawn["charts"][0]["lines"][0]] == [1, 2]


def test_the_newest_first_are_drawn_from_left_to_right_all_the_same(reader: Client) -> None:
    stored(1)
    stored(2 + DAY)

    drawn = ask(reader, date="", order="newest")

    assert [x - MIDNIGHT for x, _ in drawn["charts"][0]["lines"][0]] == [1, 2 + DAY]


def test_a_group_leads_to_its_own_records(reader: Client) -> None:
    stored(1, location="Vila Nova")
    stored(2)

    [url, _] = sorted((one["url"] for one in ask(reader)["groups"]), reverse=True)

    assert url == f"/messages/?date={DATE}&location=Vila+Nova"


def test_the_numbers_are_summed_up(reader: Client) -> None:
    for second, value in enumerate(("1", "2", "4.0000000000001")):
        stored(second, local_avg=Decimal(value))

    [lisbon] = ask(reader)["summary"]

    assert (lisbon["name"], lisbon["count"]) == ("Lisbon", 3)
    assert lisbon["numbers"][0] == {"min": "1", "mean": "2.33333", "max": "4"}


def test_at_most_so_many_records_are_read(reader: Client) -> None:
    for second in range(20):
        stored(second)

    with AskedOfDynamoDB() as asked:
        ask(reader)

    assert asked.operations == ["Query"]
    assert asked.most_at_once == MAX_RECORDS + 1


def test_it_says_when_not_all_records_were_read() -> None:
    page = Page([made(second) for second in range(3)], cursor="there is more")

    assert chart_of(page, MESSAGE, "location")["said"].startswith("The first 3 records are drawn.")
    newest = chart_of(page, MESSAGE, "location", newest_first=True)
    assert newest["said"].startswith("The last 3 records are drawn.")


def test_many_records_are_thinned_and_their_peak_stays() -> None:
    peak = Decimal(900)
    messages = [
        made(
            second, location=f"place {second % 3}", local_avg=peak if second == 2000 else Decimal(1)
        )
        for second in range(MAX_RECORDS)
    ]

    [local, _] = chart_of(Page(messages, None), MESSAGE, "location")["charts"]

    points = [point for line in local["lines"] for point in line]
    assert len(points) <= MAX_POINTS
    assert [float(MIDNIGHT + 2000), 900.0] in [list(point) for point in points]


def test_of_very_many_groups_the_largest_are_drawn_and_all_are_counted() -> None:
    messages = [
        made(100 * group + number, location=f"place {group:02}")
        for group in range(12)
        for number in range(group + 1)
    ]

    drawn = chart_of(Page(messages, None), MESSAGE, "location")

    assert [one["name"] for one in drawn["groups"]] == [f"place {n:02}" for n in range(4, 12)]
    assert len(drawn["charts"][0]["lines"]) == MAX_LINES
    assert drawn["others"] == 4
    assert (drawn["summary"][-1]["name"], drawn["summary"][-1]["count"]) == (
        "4 others",
        1 + 2 + 3 + 4,
    )
    assert sum(one["count"] for one in drawn["summary"]) == len(messages)


def test_nothing_to_draw_is_no_fault(reader: Client) -> None:
    assert ask(reader)["groups"] == []


def test_a_wrong_query_is_refused(reader: Client) -> None:
    response = reader.get("/messages/chart.json", {"date": "28.5."})

    assert response.status_code == 400
    assert response.json()["errors"]["date"]
