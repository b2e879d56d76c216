"""A packed file is planned as its text, which is kept for the tasks of its chunks."""

import gzip

import pytest

from common.deadline import Deadline
from ingestion.running.plan import plan
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_chunks_follow_each_other_where_a_plan_goes_on(aws, small_chunks):
    tasks = Tasks()
    import_ = start(gzip.compress((HEADER + lines(20)).encode()), tasks, "file.csv.gz")
    tasks.run_one(seconds=0)
    assert import_.chunks.count() == 16
    plan(now(import_), tasks, Deadline(30))
    chunks = import_.chunks.order_by("number")
    assert list(chunks.values_list("first_line", flat=True)) == list(range(2, 22))
    assert not chunks.filter(staged_key="").exists()
