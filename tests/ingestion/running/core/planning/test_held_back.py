"""Chunks are sent in pieces of a file, so that days are written side by side."""

import pytest
from django.db import connection

from common.deadline import Deadline
from ingestion.running.plan import plan
from tests.common.clock import Clock
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_the_first_chunks_are_sent_at_once_and_the_others_every_ten_seconds(aws, small_chunks):
    clock, tasks, sent = Clock(), Tasks(), []

    def saving(execute, sql, *rest):
        if sql.startswith('INSERT INTO "ingestion_chunk"'):
            sent.append(len(tasks.waiting))
            clock.sleep(5)
        return execute(sql, *rest)

    import_ = start(HEADER + lines(80), Tasks())
    with connection.execute_wrapper(saving):
        plan(now(import_), tasks, Deadline(1000, clock))
    assert sent == [0, 16, 16, 48, 48]
    assert sorted(number for _, number in tasks.waiting) == list(range(1, 81))
