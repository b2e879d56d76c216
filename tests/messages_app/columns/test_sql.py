"""Statements: what they find, against the table; and what they cannot reach."""

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from django.contrib.auth.models import Permission, User

from audit.models import AuditEntry
from columns.asking.sql import running, worker
from columns.asking.sql.checking import StatementRefused, check_text
from messages_app.schema.record import build_record
from messages_app.store import day_index
from messages_app.store.query import Query
from tests.messages_app.api_client import api_client
from tests.messages_app.columns import sql_cases as cases
from tests.messages_app.columns.test_asking import build_all, change, made_up, write
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

URL = "/api/sql/"
DAY = 86_400
OF_SOME_DAYS = (
    "WITH few AS (SELECT * FROM messages m WHERE m._date > '2019-05-28' AND 'LAST' >= m._date)"
    " SELECT source, count(*), max(remote_avg) FROM few GROUP BY ALL ORDER BY 1"
)


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


@pytest.fixture
def client(db):
    return api_client("messages_app.view_message", "columns.run_statement")


def copies_in(settings):
    return sorted(Path(settings.COLUMNS_CACHE_DIR).glob("*.parquet"))


def ask(client, statement, **more):
    return client.post(URL, {"sql": statement} | more, format="json")


def rows_of(client, statement):
    response = ask(client, statement)
    assert response.status_code == 200, response.content
    return [tuple(row) for row in response.json()["rows"]]


def fault_of(response):
    assert response.status_code == 400, response.content
    [fault] = response.json()["errors"]
    assert fault["field"] == "sql"
    return fault["detail"]


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_those_of_the_table_with_edits_between(client, repository, seed):
    chance = random.Random(seed)
    write(repository, [made_up(chance) for _ in range(120)])
    for _ in range(3):
        records = list(repository.all(Query(is_consistent=True)))
        found = rows_of(
            client,
            "SELECT _date, _time, location, local_avg, _import, _line FROM messages"
            " ORDER BY _date, _time",
        )
        assert found == [
            (
                one.date,
                one.time,
                one.values["location"],
                float(one.values["local_avg"]),
                one.import_origin.import_id if one.import_origin else None,
                one.import_origin.line if one.import_origin else None,
            )
            for one in records
        ]
        last = chance.choice(records).date
        by_source = defaultdict(list)
        for one in records:
            if "2019-05-28" < one.date <= last:
                by_source[one.values["source"]].append(float(one.values["remote_avg"]))
        found = rows_of(client, OF_SOME_DAYS.replace("LAST", last))
        assert found == [
            (source, len(some), max(some)) for source, some in sorted(by_source.items())
        ]
        change(chance, repository, records)
        if chance.random() < 0.5:
            build_all()


def test_the_answer_says_what_its_columns_are_and_as_of_when(client, repository):
    repository.insert(record())
    data = ask(client, "SELECT location, _at, local_avg FROM messages").json()
    assert data["columns"] == [
        {"name": "location", "type": "VARCHAR"},
        {"name": "_at", "type": "TIMESTAMP"},
        {"name": "local_avg", "type": "DOUBLE"},
    ]
    assert data["rows"][0][:2] == ["location-03", "2019-05-28T10:55:09.385333Z"]
    assert (data["complete"], data["more"]) == (True, False)
    assert data["as_of"].endswith("Z")


def test_a_large_day_that_changed_is_told(client, repository):
    repository.insert(record())
    day_index.add({"2019-05-28": 1_000_000})
    data = ask(client, "SELECT * FROM messages").json()
    assert (data["complete"], data["rows"]) == (False, [])
    data = ask(client, "SELECT * FROM messages WHERE _date > '2019-05-28'").json()
    assert (data["complete"], data["rows"]) == (True, [])


def test_values_are_written_as_json_has_them(client):
    [row] = rows_of(
        client,
        "SELECT 12345678901234567890123, 0.1::DECIMAL(18,3), 'NaN'::DOUBLE, [1, NULL],"
        " {'a': DATE '2019-05-28'}, true, TIME '10:00', 'ü', INTERVAL 1 DAY, NULL, 1e308 * 10",
    )
    assert row[0] == 12345678901234567890123
    assert row[2:8] == ("nan", [1, None], {"a": "2019-05-28"}, True, "10:00:00", "ü")
    assert row[9:] == (None, "inf")


def test_csv_is_safe_in_a_spreadsheet(client):
    response = ask(client, "SELECT '=1+1' AS \"=x\", 1.5 AS n, NULL AS e, true", format="csv")
    text = b"".join(response.streaming_content).decode()
    assert text.splitlines() == ["'=x,n,e,true", "'=1+1,1.5,,true"]
    assert response["Content-Type"] == "text/csv"
    assert response["Complete"] == "true"
    assert response["As-Of"].endswith("Z")


def test_parquet_has_all_rows(client, tmp_path):
    response = ask(client, "SELECT range AS n FROM range(20000)", format="parquet")
    path = tmp_path / "result.parquet"
    path.write_bytes(b"".join(response.streaming_content))
    with duckdb.connect(":memory:") as connection:
        found = connection.execute("SELECT count(*), sum(n) FROM read_parquet(?)", [str(path)])
        assert found.fetchall() == [(20_000, 199_990_000)]


def test_more_rows_than_an_answer_has_are_told(client):
    data = ask(client, "SELECT * FROM range(10001)").json()
    assert (len(data["rows"]), data["more"]) == (10_000, True)


@pytest.mark.parametrize("format_", ["json", "csv", "parquet"])
def test_a_result_that_is_too_large_is_refused(client, format_):
    statement = "SELECT md5(random()::TEXT) || repeat('x', 9000) FROM range(9999)"
    if format_ == "json":
        response = ask(client, statement, format=format_)
        assert "larger than a result may be, 8 MB" in fault_of(response)
        return
    text = " || ".join(["md5(random()::TEXT)"] * 8)
    response = ask(client, f"SELECT {text} FROM range(100000000)", format=format_)  # noqa: S608
    assert "larger than a result may be" in fault_of(response) or "longer" in fault_of(response)


def test_only_days_that_a_condition_lets_through_are_fetched(client, repository, settings):
    write(repository, [record(MOMENT + n * DAY) for n in range(5)])
    build_all()

    def copies():
        return len(copies_in(settings))

    [(count,)] = rows_of(client, "SELECT count(*) FROM messages WHERE _date = '2019-05-29'")
    assert (count, copies()) == (1, 1)
    rows_of(client, "SELECT * FROM messages m JOIN range(3) r ON true WHERE m._date > '2019-05-31'")
    assert copies() == 2
    found = rows_of(client, "SELECT count(*) FROM messages WHERE _date < '2019-05-30' OR true")
    assert (found, copies()) == ([(5,)], 5)


def test_kinds_are_joined(client, repository):
    kind = climate.make()
    values = {"at": Decimal(1559037600), "sensor": "a", "temperature": Decimal(20)}
    kind.repository.insert(build_record(kind.schema, values | {"humidity": Decimal(40)}))
    repository.insert(record())
    found = rows_of(
        client, "SELECT location, c.temperature FROM messages JOIN Climate c USING (_date)"
    )
    assert found == [("location-03", 20.0)]


def test_a_kind_that_a_user_may_not_see_is_none(client, repository):
    kind = climate.make()
    other = User.objects.create_user("other")
    other.user_permissions.add(Permission.objects.get(codename=f"view_records_of_{kind.name}"))
    for statement in (
        "SELECT * FROM climate",
        "SELECT (SELECT count(*) FROM climate)",
        "SELECT * FROM messages WHERE _date IN (SELECT _date FROM CLIMATE)",
        'FROM "climate"',
    ):
        assert "no kind “climate” that you may see" in fault_of(ask(client, statement))
    assert rows_of(client, "WITH climate AS (SELECT 1) SELECT * FROM climate") == [(1,)]
    # The part of WITH is not known there, and neither is the kind.
    statement = "SELECT (WITH climate AS (SELECT 1) SELECT 2) FROM climate"
    assert "cannot be run" in fault_of(ask(client, statement))


def refused(statement):
    """The sentence of the check that comes before a statement is run, or '' for what only names."""
    try:
        check_text(statement)
        checked = worker._checked(statement)
    except StatementRefused as error:
        return str(error)
    unknown = set(checked["tables"]) - set(checked["own"]) - {"messages"}
    return "no such kind" if unknown else ""


@pytest.mark.parametrize("statement", [*cases.NOT_A_SELECT, *cases.OUTSIDE])
def test_nothing_else_can_be_reached(statement):
    assert refused(statement)


@pytest.mark.parametrize("statement", random.Random(7).sample(cases.OUTSIDE, 8))
def test_what_cannot_be_reached_is_said_without_a_word_of_this_machine(client, statement):
    sentence = fault_of(ask(client, statement))
    assert "/usr" not in sentence
    assert "now-" not in sentence


@pytest.mark.parametrize("statement", cases.TOO_MUCH_MEMORY)
def test_memory_is_bounded(client, settings, statement):
    settings.COLUMNS_SQL_MEMORY_MB = 128
    assert "more than 128 MB of memory" in fault_of(ask(client, statement))


@pytest.mark.parametrize("statement", cases.TOO_LONG)
def test_time_is_bounded(client, settings, statement):
    settings.COLUMNS_SQL_SECONDS = 1
    assert "longer than 1 seconds" in fault_of(ask(client, statement))


@pytest.mark.parametrize("statement", cases.UNREADABLE)
def test_what_cannot_be_read_is_said(client, repository, statement):
    repository.insert(record())
    assert fault_of(ask(client, statement))


@pytest.mark.parametrize("statement", cases.NESTED)
def test_deep_nesting_takes_nothing_else_with_it(client, settings, statement):
    settings.COLUMNS_SQL_SECONDS = 3
    assert ask(client, statement).status_code in (200, 400)
    assert rows_of(client, "SELECT 1") == [(1,)]


def test_a_file_that_cannot_be_read_is_left_out_and_told(client, repository, settings):
    write(repository, [record(MOMENT + n * DAY) for n in range(2)])
    build_all()
    rows_of(client, "SELECT * FROM messages")
    path = copies_in(settings)[0]
    path.write_bytes(b"x" * path.stat().st_size)
    data = ask(client, "SELECT count(*) FROM messages").json()
    assert (data["complete"], data["rows"]) == (False, [[1]])


def test_nothing_is_left_behind(client, repository, settings):
    repository.insert(record())
    rows_of(client, "SELECT * FROM messages")
    ask(client, "SELECT * FROM nothing")
    assert not list(Path(settings.COLUMNS_CACHE_DIR).glob("now-*"))


def test_who_ran_what_is_written_down(client):
    ask(client, "SELECT 1")
    ask(client, "SELECT getenv('X')")
    newest, oldest = AuditEntry.objects.filter(kind="statement")
    assert (oldest.detail["statement"], oldest.detail["outcome"]) == ("SELECT 1", "run")
    assert "getenv" in newest.detail["outcome"]


def test_no_more_than_two_run_at_once_on_a_machine(client, settings):
    with running._slot(), running._slot():
        response = ask(client, "SELECT 1")
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert ask(client, "SELECT 1").status_code == 200


def test_off_it_is_not_there(client, settings):
    settings.COLUMNS_SQL = False
    assert ask(client, "SELECT 1").status_code == 404


def test_records_alone_are_not_enough(db):
    assert ask(api_client("messages_app.view_message"), "SELECT 1").status_code == 403
