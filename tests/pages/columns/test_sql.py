"""The page of statements in SQL."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from columns.models import Statement
from messages_app.kinds.record_kind import BUILTIN
from tests.messages_app.records import MOMENT, record
from tests.pages.conftest import LogIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws", "cache_folder")]

MAY = ("messages_app.view_message", "columns.run_statement")
CODENAMES = [name.partition(".")[2] for name in MAY]


@pytest.fixture
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


@pytest.fixture
def kim(log_in: LogIn) -> Client:
    return log_in(*MAY)


def store(count: int = 3) -> None:
    for number in range(count):
        BUILTIN.repository.insert(record(MOMENT + number, location=f"quay-{number}"))


def run(client: Client, text: str, do: str = "run", **more: str):
    return client.post("/sql/", {"sql": text, "do": do} | more)


def test_a_result_is_a_table_that_says_as_of_when(kim: Client) -> None:
    store()
    page = text_of(run(kim, "SELECT location, local_avg FROM messages ORDER BY 1"))
    assert "3 rows" in page
    assert "quay-2" in page
    assert "As of" in page
    assert "SELECT location" in page, "the statement stays"


def test_a_chart_of_texts_is_bars_and_of_times_lines(kim: Client) -> None:
    store()
    assert "<rect" in text_of(run(kim, "SELECT location, local_avg FROM messages"))
    page = text_of(run(kim, "SELECT _at, remote_avg, NULL FROM messages ORDER BY 1 DESC"))
    assert "<polyline" in page
    assert "<figure" not in text_of(run(kim, "SELECT count(*), 1 FROM messages"))


def test_more_rows_than_the_page_has_are_told(kim: Client) -> None:
    page = text_of(run(kim, "SELECT * FROM range(1001)"))
    assert "The first 1,000 rows" in page


def test_what_is_at_fault_is_said_and_the_statement_stays(kim: Client) -> None:
    response = run(kim, "SELECT getenv('HOME')")
    assert response.status_code == 400
    page = response.content.decode()
    assert "The function “getenv” is not supported here" in page
    assert "SELECT getenv(&#x27;HOME&#x27;)" in page


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_the_whole_result_is_a_file(kim: Client, format_: str) -> None:
    response = run(kim, "SELECT * FROM range(1001)", format_)
    assert f"result.{format_}" in response["Content-Disposition"]
    content = b"".join(response.streaming_content)
    assert content.startswith(b"PAR1" if format_ == "parquet" else b"range\r\n0\r\n1\r\n")


def test_a_statement_is_saved_shared_and_deleted(kim: Client) -> None:
    user = User.objects.create_user("lee")
    user.user_permissions.set(Permission.objects.filter(codename__in=CODENAMES))
    lee = Client()
    lee.force_login(user)
    response = run(kim, "SELECT 7 AS seven", "save", name="Seven")
    saved = Statement.objects.get()
    assert response["Location"] == f"/sql/?statement={saved.pk}"
    assert "SELECT 7 AS seven" in text_of(kim.get(response["Location"]))
    assert lee.get(response["Location"]).status_code == 404
    assert "Seven" not in text_of(lee.get("/sql/"))
    kim.post(f"/sql/{saved.pk}/", {"do": "share"})
    assert "Seven" in text_of(lee.get("/sql/"))
    assert "SELECT 7 AS seven" in text_of(lee.get(response["Location"]))
    assert lee.post(f"/sql/{saved.pk}/", {"do": "delete"}).status_code == 404
    kim.post(f"/sql/{saved.pk}/", {"do": "unshare"})
    assert lee.get(response["Location"]).status_code == 404
    kim.post(f"/sql/{saved.pk}/", {"do": "delete"})
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("name", "text"), [("", "SELECT 1"), ("x" * 81, "SELECT 1"), ("x", ""), ("x", "x" * 20_001)]
)
def test_what_cannot_be_saved_is_said(kim: Client, name: str, text: str) -> None:
    assert run(kim, text, "save", name=name).status_code == 400
    assert not Statement.objects.exists()


def test_a_name_is_given_once(kim: Client) -> None:
    run(kim, "SELECT 1", "save", name="One")
    response = run(kim, "SELECT 2", "save", name="One")
    assert response.status_code == 400
    assert "Choose another name" in response.content.decode()


def test_off_there_is_no_page_and_no_entry(kim: Client, settings) -> None:
    assert 'href="/sql/"' in text_of(kim.get("/messages/"))
    settings.COLUMNS_SQL = False
    assert 'href="/sql/"' not in text_of(kim.get("/messages/"))
    assert kim.get("/sql/").status_code == 404
    assert run(kim, "SELECT 1").status_code == 404


def test_who_may_see_records_alone_may_not(log_in: LogIn) -> None:
    client = log_in("messages_app.view_message")
    assert client.get("/sql/").status_code == 403
    assert 'href="/sql/"' not in text_of(client.get("/messages/"))
