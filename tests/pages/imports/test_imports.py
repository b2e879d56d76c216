"""The list of imports."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingestion.models import Import
from tests.pages.conftest import LogIn, MakeImport, text_of

STATES = ("queued", "planning", "writing", "done", "failed", "cancelled")


@pytest.fixture
def reader(log_in: LogIn) -> Client:
    return log_in("ingestion.view_import")


def names(page: str) -> list[str]:
    return re.findall(r">([\w-]+)\.csv</a>", page)


def listed(client: Client, **query: str) -> list[str]:
    response = client.get("/imports/", query)
    assert response.status_code == 200
    return names(text_of(response))


def link(page: str, label: str) -> str:
    """Where a link of the pager leads, '' when there is none."""
    found = re.search(rf'href="([^"]*)"[^>]*>{label}</a>', page.partition("pager")[2])
    return "/imports/" + found[1].replace("&amp;", "&") if found else ""


def arrived(import_: Import, day: str) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    Import.objects.filter(pk=import_.pk).update(created_at=at)


def test_the_newest_import_stands_first(reader: Client, make_import: MakeImport) -> None:
    for name in ("first", "second", "third"):
        make_import(f"{name}.csv")

    assert listed(reader) == ["third", "second", "first"]


def test_pages_follow_each_other_without_gaps_though_imports_arrive(
    reader: Client, make_import: MakeImport
) -> None:
    for number in range(70):
        make_import(f"n{number}.csv")
    seen: list[str] = []
    path = "/imports/"
    while path:
        page = text_of(reader.get(path))
        seen += names(page)
        path = link(page, "Older")
        make_import(f"late{len(seen)}.csv")

    assert seen == [f"n{number}" for number in reversed(range(70))]


def test_the_way_back_shows_the_same_pages(reader: Client, make_import: MakeImport) -> None:
    for number in range(95):
        make_import(f"n{number}.csv")
    pages = [text_of(reader.get("/imports/"))]
    while older := link(pages[-1], "Older"):
        pages.append(text_of(reader.get(older)))
    assert len(pages) == 4

    back = [pages[-1]]
    while newer := link(back[-1], "Newer"):
        back.append(text_of(reader.get(newer)))

    assert [names(page) for page in back] == [names(page) for page in reversed(pages)]


def test_before_the_first_page_there_is_only_what_is_newest(
    reader: Client, make_import: MakeImport
) -> None:
    for number in range(40):
        make_import(f"n{number}.csv")
    older = text_of(reader.get(link(text_of(reader.get("/imports/")), "Older")))
    make_import("new.csv")

    newer = text_of(reader.get(link(older, "Newer")))

    assert len(names(newer)) == 30
    page = newer
    while first := link(page, "Newer"):
        page = text_of(reader.get(first))
    assert names(page)[0] == "new"


@pytest.mark.parametrize(
    ("state", "shown"),
    [("running", {"queued", "planning", "writing"}), ("failed", {"failed"}), ("", set(STATES))],
)
def test_the_list_can_be_narrowed_to_a_state(
    state: str, shown: set[str], reader: Client, make_import: MakeImport
) -> None:
    for name in STATES:
        make_import(f"{name}.csv", state=name)

    assert set(listed(reader, state=state)) == shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"has_rejects": "on"}, ["wrong"]),
        ({"on_conflict": "replace"}, ["replacing"]),
        ({"search": "REPL"}, ["replacing"]),
        ({"search": "in/re"}, ["replacing"]),
        ({"search": "(.*"}, []),
        ({"search": "plain", "on_conflict": "replace"}, []),
    ],
)
def test_filters_and_the_search_by_file_name_can_be_combined(
    query: dict[str, str], shown: list[str], reader: Client, make_import: MakeImport
) -> None:
    make_import("in/plain.csv")
    make_import("in/wrong.csv", read=2, rejected=1)
    make_import("in/replacing.csv", on_conflict="replace")

    assert listed(reader, **query) == shown


def test_a_name_is_looked_for_in_the_name_alone(reader: Client, make_import: MakeImport) -> None:
    make_import("uploads/2026-01-31/add1e5c0-2b5e/june.csv")

    assert listed(reader, search="add") == []
    assert listed(reader, search="JUNE.c") == ["june"]


def test_the_list_can_be_narrowed_to_days_of_arrival(
    reader: Client, make_import: MakeImport
) -> None:
    for day in ("2026-01-30T23:59:59", "2026-01-31T00:00:00", "2026-02-01T23:59:59"):
        arrived(make_import(f"d{day[8:10]}.csv"), day)

    assert listed(reader, created_from="2026-01-31") == ["d01", "d31"]
    assert listed(reader, created_to="2026-01-31") == ["d31", "d30"]
    assert listed(reader, created_from="2026-01-31", created_to="2026-01-31") == ["d31"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"created_from": "yesterday"}, "Give a date, such as 2026-01-31."),
        ({"created_to": "9999-12-31"}, "Give a date, such as 2026-01-31."),
        (
            {"created_from": "2026-02-02", "created_to": "2026-02-01"},
            "The end, 2026-02-01, is before the beginning, 2026-02-02.",
        ),
        ({"state": "lost"}, "lost is not one of the available choices"),
    ],
)
def test_a_senseless_filter_is_explained(
    query: dict[str, str], sentence: str, reader: Client, make_import: MakeImport
) -> None:
    make_import("a.csv")

    response = reader.get("/imports/", query)

    assert response.status_code == 400
    assert sentence in text_of(response)
    assert names(text_of(response)) == []


def test_pages_and_states_keep_the_filters(reader: Client, make_import: MakeImport) -> None:
    for number in range(31):
        make_import(f"a{number}.csv")
        make_import(f"b{number}.csv")

    page = text_of(reader.get("/imports/", {"search": "a"}))

    assert names(text_of(reader.get(link(page, "Older")))) == ["a0"]
    assert 'href="?search=a&amp;state=failed"' in page


def test_when_nothing_matches_the_way_out_is_shown(reader: Client, make_import: MakeImport) -> None:
    make_import("a.csv")

    page = text_of(reader.get("/imports/", {"search": "zzz"}))

    assert "No import matches." in page
    assert 'href="/imports/">Clear filters</a>' in page


def test_without_imports_it_tells_what_to_do(log_in: LogIn) -> None:
    page = text_of(log_in("ingestion.view_import", "ingestion.add_import").get("/imports/"))

    assert "No file has arrived yet." in page
    assert 'href="/upload/">Upload one</a>' in page


def test_the_rows_renew_themselves_with_their_filters(
    reader: Client, make_import: MakeImport
) -> None:
    make_import("a.csv", state="done")
    assert 'hx-trigger="every 15s' in text_of(reader.get("/imports/"))
    make_import("b.csv", state="writing", bytes_total=100, bytes_done=40)

    page = text_of(reader.get("/imports/", {"search": ".csv"}))

    assert 'hx-get="/imports/rows/?search=.csv" hx-trigger="every 2s' in page
    part = reader.get("/imports/rows/?search=.csv").content.decode()
    assert part.strip().startswith('<div id="imports"')
    assert names(part) == ["b", "a"]
    assert 'value="40"' in part


@pytest.mark.parametrize("path", ["/imports/", "/imports/rows/"])
def test_a_page_behind_an_unknown_import_does_not_exist(path: str, reader: Client) -> None:
    for end in ("after", "before"):
        for pk in ("nonsense", "5ef7d79c-79f7-448f-b122-6099474cfd73"):
            assert reader.get(path, {end: pk}).status_code == 404


def test_a_page_costs_as_much_with_500_imports_as_with_one(
    reader: Client, make_import: MakeImport
) -> None:
    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(path).status_code == 200
        return len(captured)

    make_import("first.csv", state="writing")
    statements("/imports/")  # the first request of a session does more
    few = statements("/imports/")
    Import.objects.bulk_create(
        Import(bucket="b", key=f"n{number}.csv", identity=str(number), state="writing")
        for number in range(500)
    )

    assert statements("/imports/") == few
    older = link(text_of(reader.get("/imports/")), "Older")
    assert statements(older) == few + 1  # the import that the page begins behind
    assert statements("/imports/?search=n4&state=running&has_rejects=on") == few
