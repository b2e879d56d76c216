"""What the chart is drawn from, as JSON."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from columns import building
from columns.asking.over_time import MAX_GROUPS, MAX_RECORDS
from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store import day_index
from tests.pages.conftest import LogIn
from tests.pages.record_pages import DATE, DAY, MIDNIGHT, made, stored


@pytest.fixture(autouse=True)
def cache_folder(settings: Any, tmp_path: Path) -> None:
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


@pytest.fixture
def reader(log_in: LogIn, aws: str) -> Client:
    return log_in("messages_app.view_message")


def ask(reader: Client, **parameters: object) -> Any:
    response = reader.get("/messages/chart.json", {"date": DATE, **parameters})
    assert response.status_code == 200
    return response.json()


def write(records: list[Record]) -> None:
    BUILTIN.repository.insert_many(records, "keep", Deadline(20))


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

    drawn = ask(reader, by="location")

    assert [(one["name"], one["count"]) for one in drawn["groups"]] == [("Porto", 2), ("Lisbon", 1)]
    assert drawn["charts"][0]["lines"][0] == [[MIDNIGHT + 1, 0.5], [MIDNIGHT + 3.25, 7.0]]


def test_without_groups_all_records_are_one_line(reader: Client) -> None:
    stored(1, location="Porto", local_avg=Decimal("0.5"))
    stored(2, location="Lisbon", local_avg=Decimal(7))

    drawn = ask(reader)

    assert drawn["by"] == ""
    assert drawn["groups"] == [{"name": "", "count": 2, "url": ""}]
    assert drawn["charts"][0]["lines"] == [[[MIDNIGHT + 1, 0.5], [MIDNIGHT + 2, 7.0]]]
    assert [one["name"] for one in drawn["summary"]] == ["All records"]


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

    [url, _] = sorted((one["url"] for one in ask(reader, by="location")["groups"]), reverse=True)

    assert url == f"/messages/?date={DATE}&location=Vila+Nova&by=location"


def test_the_numbers_are_summed_up(reader: Client) -> None:
    for second, value in enumerate(("1", "2", "4.0000000000001")):
        stored(second, local_avg=Decimal(value))

    whole, lisbon = ask(reader, by="location")["summary"]

    assert (whole["name"], whole["count"]) == ("All records", 3)
    assert (lisbon["name"], lisbon["count"]) == ("Lisbon", 3)
    assert whole["numbers"] == lisbon["numbers"]
    assert lisbon["numbers"][0] == {"min": "1", "mean": "2.33333", "max": "4"}


def test_nothing_to_draw_is_no_fault(reader: Client) -> None:
    assert ask(reader)["groups"] == []


def test_a_wrong_query_is_refused(reader: Client) -> None:
    response = reader.get("/messages/chart.json", {"date": "28.5."})

    assert response.status_code == 400
    assert response.json()["errors"]["date"]


def test_many_records_are_summed_up_and_their_peak_stays(reader: Client) -> None:
    peak = {MAX_RECORDS: Decimal("900.5")}
    write([made(n, local_avg=peak.get(n, Decimal(1))) for n in range(MAX_RECORDS + 100)])

    drawn = ask(reader)

    [points] = drawn["charts"][0]["lines"]
    assert (drawn["seconds"], drawn["total"]) == (2, MAX_RECORDS + 100)
    assert sum(count for _, count, *_ in points) == MAX_RECORDS + 100
    assert max(most for _, _, _, _, most, *_ in points) == 900.5
    assert drawn["summary"][0]["numbers"][0]["max"] == "900.5"
    assert drawn["said"] == (
        "All 600 records are drawn: the mean of each 2 seconds as a line, and a band around it."
    )


def test_of_very_many_groups_the_largest_are_drawn_and_all_are_counted(reader: Client) -> None:
    many = MAX_GROUPS + 4
    write(
        [
            made(100 * group + number, location=f"place {group:02}")
            for group in range(many)
            for number in range(group + 1)
        ]
    )

    drawn = ask(reader, by="location")

    largest = [f"place {number:02}" for number in range(many - 1, 3, -1)]
    assert [one["name"] for one in drawn["groups"]] == largest
    assert len(drawn["charts"][0]["lines"]) == MAX_GROUPS
    assert drawn["others"] == 4
    assert drawn["ranking"] == f"/messages/ranking/?date={DATE}&by=location"
    assert drawn["summary"][0]["count"] == many * (many + 1) // 2
    assert len(drawn["summary"]) == 1 + MAX_GROUPS


def test_a_large_day_that_changed_is_named(reader: Client) -> None:
    stored(1)
    day_index.add({DATE: 1_000_000})

    drawn = ask(reader)

    assert drawn["late"].startswith(f"Not complete: {DATE} changed lately")
    assert (drawn["total"], drawn["groups"]) == (None, [])


def test_too_long_an_answer_is_a_sentence(reader: Client, settings: Any) -> None:
    stored(1)
    assert building.build(BUILTIN, DATE, Deadline(30))
    settings.COLUMNS_MEMORY_MB = 0

    response = reader.get("/messages/chart.json", {"date": DATE})

    assert response.status_code == 422
    assert response.json()["error"].endswith(".")


class TestOverview:
    def test_it_has_the_days_between_the_first_and_the_last_record(self, reader: Client) -> None:
        day_index.register(["2019-05-26", DATE])
        day_index.add({"2019-05-26": 7, DATE: 2})

        assert ask(reader)["overview"] == {
            "days": 1,
            "bars": [
                ["2019-05-26", "2019-05-26", 7, False],
                ["2019-05-27", "2019-05-27", 0, False],
                [DATE, DATE, 2, True],
            ],
        }

    def test_of_very_many_days_a_bar_has_several(self, reader: Client) -> None:
        day_index.register(["2010-01-01", DATE])
        day_index.add({"2010-01-01": 7, DATE: 2})

        found = ask(reader)["overview"]

        assert (found["days"], len(found["bars"])) == (12, 287)
        assert sum(count for _, _, count, _ in found["bars"]) == 9
        assert found["bars"][0] == ["2010-01-01", "2010-01-12", 7, False]
        assert found["bars"][-1][1:] == [DATE, 2, True]

    def test_one_day_alone_needs_none(self, reader: Client) -> None:
        stored(1)

        assert ask(reader)["overview"]["bars"] == []
