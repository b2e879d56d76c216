"""A file that may be held for its rejects is compared before it is imported, and once."""

import pytest

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.running.plan import plan
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_a_file_is_looked_at_unless_it_was(settings, aws):
    settings.HOLD_REJECTED_PERCENT = 50
    for was, expected in ((False, (True, 50)), (True, (False, None))):
        import_ = start(HEADER + lines(1), Tasks())
        Import.objects.filter(pk=import_.pk).update(is_made_real=was)
        plan(now(import_), Tasks(), Deadline(30))
        assert (now(import_).dry_run, now(import_).hold_above) == expected
