"""The list of imports."""

import re

import pytest
from django.test import Client

from tests.pages.conftest import LogIn, MakeImport, text_of


@pytest.fixture
def reader(log_in: LogIn) -> Client:
    return log_in("ingestion.view_import")


def names(page: str) -> list[str]:
    return re.findall(r">([\w-]+)\.csv</a>", page)


def test_the_newest_import_stands_first(reader: Client, make_import: MakeImport) -> None:
    for name in ("first", "second", "third"):
        make_import(f"{name}.csv")

    assert names(text_of(reader.get("/imports/"))) == ["third", "second", "first"]


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
        older = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
        path = f"/imports/{older[1]}" if older else ""
        make_import(f"late{len(seen)}.csv")

    assert seen == [f"n{number}" for number in reversed(range(70))]


@pytest.mark.parametrize(
    ("state", "shown"),
    [("running", {"queued", "planning", "writing"}), ("failed", {"failed"}), ("", None)],
)
def test_the_list_can_be_narrowed_to_a_state(
    state: str, shown: set[str] | None, reader: Client, make_import: MakeImport
) -> None:
    states = ("queued", "planning", "writing", "done", "failed", "cancelled")
    for name in states:
        make_import(f"{name}.csv", state=name)

    page = text_of(reader.get("/imports/", {"state": state}))

    assert set(names(page)) == (shown or set(states))


def test_a_page_behind_an_unknown_import_does_not_exist(reader: Client) -> None:
    for after in ("nonsense", "5ef7d79c-79f7-448f-b122-6099474cfd73"):
        assert reader.get("/imports/", {"after": after}).status_code == 404
