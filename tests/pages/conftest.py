"""People with different permissions, and imports in any state."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from playwright.sync_api import Browser, Page

from ingestion.models import Chunk, Import
from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store as rejects
from ingestion.rejects.packed import Packer
from ingestion.rejects.summary import Summary
from messages_app.schema.builtin import MESSAGE
from tests.pages.browsing import Visitors, chromium

LogIn = Callable[..., Client]
MakeImport = Callable[..., Import]
Open = Callable[..., Page]

_PASSWORD = "a-long-password-17"

_HEADER = [*MESSAGE.names, "comment"]
LAYOUT = {
    "delimiter": ",",
    "header": _HEADER,
    "columns": {name: _HEADER.index(name) for name in MESSAGE.names},
    "body_start": 90,
    "body_line": 2,
    "extra": ["comment"],
}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of pages that a process runs."""
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, aws: str, live_server: Any) -> Iterator[Open]:
    """Opens an address of the site for somebody who has these permissions on messages. A fault of
    a script fails the test."""
    opened: list[Visitors] = []
    faults: list[str] = []

    def visit(name: str, address: str, *actions: str, **options: Any) -> Page:
        user, is_new = User.objects.get_or_create(username=name)
        if is_new:
            user.set_password(_PASSWORD)
            user.save()
        codenames = [f"{action}_message" for action in ("view", *actions)]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        visitors = Visitors(browser, live_server.url, {name: _PASSWORD}, **options)
        opened.append(visitors)
        page = visitors.tab(name)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield visit
    for visitors in opened:
        visitors.close()
    assert faults == []


@pytest.fixture
def log_in(db: None) -> LogIn:
    """Logs in a new user with these permissions, such as ``ingestion.view_import``."""

    def with_permissions(*names: str, password: str | None = None, **client: Any) -> Client:
        user = User.objects.create_user("kim", password=password)
        for name in names:
            app, codename = name.split(".")
            user.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )
        logged_in = Client(**client)
        logged_in.force_login(user)
        return logged_in

    return with_permissions


@pytest.fixture
def make_import(db: None) -> MakeImport:
    """Makes an import as it is in the database after some work."""

    def make(key: str = "in/data.csv", **values: Any) -> Import:
        values = {"bucket": "sluice-test-data", "identity": key, "layout": LAYOUT, **values}
        return Import.objects.create(key=key, **values)

    return make


def add_chunk(import_: Import, number: int = 0, **values: Any) -> Chunk:
    """A chunk that is done."""
    bounds = {"start": 0, "end": 100, "first_line": 2, "lines": 1000, "is_done": True}
    return Chunk.objects.create(import_record=import_, number=number, **{**bounds, **values})


def add_rejects(import_: Import, rows: list[ParsedRow]) -> None:
    """A chunk with these rejected rows, stored where they belong."""
    packer, summary = Packer(), Summary()
    for row in rows:
        packer.add(row)
        summary.add(row)
    chunk = add_chunk(import_, rejected=len(rows), faults=summary.as_json())
    rejects.store(import_.bucket, chunk, packer)
    Import.objects.filter(pk=import_.pk).update(read=len(rows), rejected=len(rows))
    import_.refresh_from_db()


def text_of(response: Any) -> str:
    """What the page says, without its head."""
    text: str = response.content.decode()
    return text.partition("<body")[2]
