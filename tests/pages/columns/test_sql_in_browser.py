"""The page of statements in a browser: by the keyboard alone."""

from django.contrib.auth.models import Permission, User
from playwright.sync_api import expect

from messages_app.kinds.record_kind import BUILTIN
from tests.messages_app.records import MOMENT, record
from tests.pages.browsing import needs_browser
from tests.pages.conftest import Open

pytestmark = needs_browser


def test_control_and_enter_run_a_statement(visit: Open, settings, tmp_path) -> None:
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")
    for number in range(3):
        BUILTIN.repository.insert(record(MOMENT + number, location=f"quay-{number}"))
    page = visit("kim", "/messages/")
    User.objects.get(username="kim").user_permissions.add(
        Permission.objects.get(codename="run_statement")
    )
    page.goto(page.url.partition("/messages/")[0] + "/sql/")
    text = page.get_by_label("One SELECT statement")
    text.fill("SELECT location, local_avg FROM messages ORDER BY 1")
    text.press("Control+Enter")
    expect(page.get_by_role("heading", name="3 rows")).to_be_visible()
    expect(page.get_by_role("cell", name="quay-2").first).to_be_visible()
    assert text.input_value().startswith("SELECT location")
