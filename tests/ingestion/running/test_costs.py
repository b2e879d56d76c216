"""What a chunk costs besides its rows: bounded, however many rows it has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.ingestion.helpers import HEADER, Tasks, lines, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def test_a_chunk_takes_few_sql_statements(settings):
    settings.CHUNK_BYTES = 65536
    tasks = Tasks()
    import_ = start(HEADER + lines(2000), tasks)
    tasks.run_one()
    with CaptureQueriesContext(connection) as queries:
        tasks.run_one()
    import_.refresh_from_db()
    assert (import_.chunks_done, import_.chunks_total) == (1, 2)
    assert len(queries) <= 12


def test_the_end_of_an_import_takes_few_more():
    tasks = Tasks()
    import_ = start(HEADER + lines(2000), tasks)
    tasks.run_one()
    with CaptureQueriesContext(connection) as queries:
        tasks.run_one()
    import_.refresh_from_db()
    assert import_.state == "done"
    assert len(queries) <= 20


def test_the_messages_sent_are_one_a_chunk_and_one_for_the_plan(settings):
    settings.CHUNK_BYTES = 8192
    tasks = Tasks()
    import_ = start(HEADER + lines(2000), tasks)
    sent = 0
    while tasks.waiting:
        sent += 1
        tasks.run_one()
    import_.refresh_from_db()
    assert import_.chunks_total > 5
    assert sent == 1 + import_.chunks_total
