"""PostgreSQL's connections: the threads of a process share few, and lost ones are replaced."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.conf import settings
from django.db import connection, connections

from audit.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
POOL = 8


@pytest.fixture(autouse=True)
def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server; bin/test --postgres looks")


def backend():
    """The process of the server that this thread's connection is to; it goes back to the pool."""
    with closing(connections["default"]), connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_sleep(0.02)")
        return cursor.fetchone()[0]


def test_many_threads_share_few_connections():
    assert settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"] == POOL
    with ThreadPoolExecutor(32) as pool:
        seen = list(pool.map(lambda _: backend(), range(200)))

    assert 1 < len(set(seen)) <= POOL


def test_connections_that_the_server_ended_are_replaced_before_they_are_used():
    with ThreadPoolExecutor(POOL) as pool:
        before = set(pool.map(lambda _: backend(), range(40)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    connection.close()

    def count(_):
        with closing(connections["default"]):
            return AuditEntry.objects.count()

    with ThreadPoolExecutor(POOL) as pool:
        assert list(pool.map(count, range(40))) == [0] * 40
        after = set(pool.map(lambda _: backend(), range(40)))
    assert len(before - after) >= len(before) - 1
