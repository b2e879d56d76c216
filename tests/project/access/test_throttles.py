"""How many requests a minute a client of the API may send, whichever process answers."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from ingestion.models import Import
from project.access.throttles import WINDOW, SharedThrottle
from project.models import RequestCount
from tests.messages_app.api_client import api_client

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 30, 20, tzinfo=UTC)
PLAIN = SimpleNamespace()
EXPORT = SimpleNamespace(throttle_scope="exports")


def request_of(user_id=1, address="192.0.2.1"):
    user = SimpleNamespace(pk=user_id, is_authenticated=True) if user_id else AnonymousUser()
    return SimpleNamespace(user=user, META={"REMOTE_ADDR": address})


def is_allowed(request=None, view=PLAIN, now=NOW):
    # A new one each time, as for each request: nothing is remembered but in SQL.
    return SharedThrottle(lambda: now).allow_request(request or request_of(), view)


@pytest.fixture
def limits(settings):
    settings.API_REQUESTS_A_MINUTE = 3
    settings.API_EXPORTS_A_MINUTE = 2


@pytest.mark.usefixtures("limits")
def test_after_the_limit_requests_are_refused():
    assert [is_allowed() for _ in range(5)] == [True, True, True, False, False]


@pytest.mark.usefixtures("limits")
def test_with_the_next_minute_the_count_begins_anew():
    for _ in range(4):
        is_allowed()
    later = NOW + timedelta(seconds=40)
    assert [is_allowed(now=later) for _ in range(4)] == [True, True, True, False]


@pytest.mark.usefixtures("limits")
def test_a_clock_that_is_a_little_behind_counts_in_the_same_window():
    ahead = NOW + timedelta(seconds=40)
    assert [is_allowed(now=now) for now in (ahead, NOW, ahead, NOW)] == [True, True, True, False]


@pytest.mark.usefixtures("limits")
def test_a_clock_that_was_set_back_shuts_nobody_out():
    for _ in range(3):
        is_allowed(now=NOW + timedelta(days=1))
    assert is_allowed()


@pytest.mark.usefixtures("limits")
def test_each_user_has_a_count_and_strangers_have_one_for_their_address():
    clients = [
        request_of(1),
        request_of(2),
        request_of(None, "192.0.2.1"),
        request_of(None, "192.0.2.2"),
    ]
    for client in clients:
        assert [is_allowed(client) for _ in range(4)] == [True, True, True, False]


@pytest.mark.usefixtures("limits")
def test_one_user_at_two_addresses_is_one_client():
    requests = [request_of(1, f"192.0.2.{number}") for number in range(4)]
    assert [is_allowed(request) for request in requests] == [True, True, True, False]


@pytest.mark.usefixtures("limits")
def test_exports_have_a_limit_of_their_own_besides():
    assert [is_allowed(view=EXPORT) for _ in range(2)] == [True, True]
    assert not is_allowed(view=EXPORT)
    assert not is_allowed(), "exports are requests too"


def test_the_wait_is_the_time_until_the_window_ends():
    assert SharedThrottle(lambda: NOW).wait() == 40
    assert SharedThrottle(lambda: NOW.replace(second=59, microsecond=999_999)).wait() == 1
    assert SharedThrottle(lambda: NOW.replace(second=0)).wait() == WINDOW.total_seconds()


def test_the_usual_request_costs_one_statement(django_assert_num_queries):
    is_allowed()
    with django_assert_num_queries(1):
        assert is_allowed()


@pytest.mark.usefixtures("limits")
def test_a_refusal_costs_two_statements(django_assert_num_queries):
    for _ in range(3):
        is_allowed()
    with django_assert_num_queries(2):
        assert not is_allowed()


def test_a_window_is_a_minute_of_the_clock_and_an_address_is_cut():
    is_allowed(request_of(None, "fe80::1%" + "a" * 100))  # the zone may be of any length
    row = RequestCount.objects.get()
    assert row.window_start == NOW.replace(second=0, microsecond=0)
    assert row.identity == "address:fe80::1%" + "a" * 48


@pytest.mark.sqlite
def test_requests_that_cannot_be_counted_are_answered():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE project_requestcount RENAME TO elsewhere")
    assert is_allowed()


def test_what_is_old_is_forgotten_when_somebody_new_comes():
    is_allowed(request_of(1), now=NOW - timedelta(hours=2))
    is_allowed(request_of(2))
    assert [count.identity for count in RequestCount.objects.all()] == ["user:2"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [None, NOW - timedelta(minutes=3)], ids=["none", "an old one"])
def test_processes_share_the_count_also_where_they_begin_a_window_at_once(settings, before):
    settings.API_REQUESTS_A_MINUTE = 25
    if before:
        is_allowed(now=before)

    def work(_):
        try:
            return sum(is_allowed() for _ in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:  # each with a connection of its own, as processes have
        allowed = sum(threads.map(work, range(6)))
    assert allowed == 25
    assert RequestCount.objects.get().count == 25


def test_a_window_that_another_process_begins_first_is_not_begun_again():
    is_allowed(now=NOW - timedelta(minutes=3))
    start = NOW.replace(second=0, microsecond=0)
    came: list[bool] = []

    def another_comes(execute, sql, params, many, context):
        if sql.startswith('UPDATE "project_requestcount" SET "window_start"') and not came:
            came.append(True)
            RequestCount.objects.update(window_start=start, count=7)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(another_comes):
        assert is_allowed()
    assert came
    assert RequestCount.objects.get().count == 8


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_locked_for_a_moment_is_waited_for():
    is_allowed()

    def work():
        try:
            return is_allowed()
        finally:
            connection.close()

    with (
        closing(sqlite3.connect(str(configured.DATABASES["default"]["NAME"]))) as holder,
        ThreadPoolExecutor(1) as thread,
    ):
        holder.execute("BEGIN IMMEDIATE")
        response = thread.submit(work)
        with pytest.raises(TimeoutError):
            response.result(0.2)
        holder.rollback()
        assert response.result()


def test_the_api_answers_429_and_tells_when_to_come_again(settings):
    settings.API_REQUESTS_A_MINUTE = 1
    client = api_client("ingestion.view_import")
    responses = [client.get("/api/imports/") for _ in range(3)]  # in two minutes at most
    refused = [response for response in responses if response.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "throttled"
    assert 1 <= int(refused[0]["Retry-After"]) <= 60


@pytest.mark.parametrize("url", ["/api/messages/export/", "/api/imports/{}/rejects/"])
def test_a_file_of_any_length_is_an_export(aws, settings, url):
    settings.API_EXPORTS_A_MINUTE = 1
    client = api_client("messages_app.view_message", "ingestion.view_import")
    address = url.format(Import.objects.create(key="file.csv", identity="1").pk)
    statuses = [client.get(address, {"format": "csv"}).status_code for _ in range(3)]
    assert statuses[0] != 429
    assert 429 in statuses  # in two minutes at most
    assert client.get("/api/messages/").status_code == 200
