"""The last row of a file may have no line break behind it."""

import pytest

from common.deadline import Deadline
from ingestion.models import State
from ingestion.running.plan import plan
from tests.ingestion.helpers import HEADER, Tasks, line, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_a_file_of_one_row_without_a_line_break_waits_where_it_leaves_its_times_unsaid(aws):
    seconds, _, rest = line(0).strip().partition(",")
    for end in ("", "\n"):
        import_ = start(f"{HEADER}{seconds}000,{rest}{end}", Tasks(), f"one{len(end)}.csv")
        plan(now(import_), Tasks(), Deadline(30))
        assert now(import_).state == State.WAITING
