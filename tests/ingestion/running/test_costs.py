"""What a chunk costs besides its rows: bounded, however many rows it has."""

import sys
import threading
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.ingestion.helpers import HEADER, Tasks, line, lines, start

# It takes 194 (Python 3.11), with what the tests note of each request.
MOST_CALLS_A_ROW = 205

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
    assert len(queries) <= 14


def test_the_end_of_an_import_takes_few_more():
    tasks = Tasks()
    import_ = start(HEADER + lines(2000), tasks)
    tasks.run_one()
    with CaptureQueriesContext(connection) as queries:
        tasks.run_one()
    import_.refresh_from_db()
    assert import_.state == "done"
    assert len(queries) <= 24


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


def test_a_row_takes_few_calls_of_python(settings):
    """What does not depend on how busy a machine is. A step that is taken for each cell, or once
    more for each row, shows here."""
    settings.CHUNK_BYTES = 4_000_000
    # Threads that wait for each other wake up more often on a busy machine.
    measured = (calls_of_a_chunk(2500) - calls_of_a_chunk(500) for _ in range(3))
    assert any(calls / 2000 <= MOST_CALLS_A_ROW for calls in measured)


def calls_of_a_chunk(rows):
    """How often functions are called, Python's own and those of C, while a chunk is written."""
    tasks = Tasks()
    count: Counter[str] = Counter()
    start(HEADER + "".join(line(rows * 10 + n) for n in range(rows)), tasks)
    tasks.run_one()

    def note(_frame, event, _argument):
        count[event] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        tasks.run_one()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return count["call"] + count["c_call"]
