"""What is said wrongly with an object is a fault of its file."""

import pytest

from common.deadline import Deadline
from ingestion.reading.file_error import FileError
from ingestion.running.plan import plan
from tests.ingestion.helpers import HEADER, Tasks, lines, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_what_there_is_not_is_named(aws):
    for said, code in (
        ({"kind": "nobody"}, "unknown_kind"),
        ({"dry_run": "perhaps"}, "bad_dry_run"),
        ({"on_conflict": "overwrite"}, "bad_on_conflict"),
    ):
        import_ = start(HEADER + lines(1), Tasks(), **said)
        with pytest.raises(FileError) as raised:
            plan(now(import_), Tasks(), Deadline(30))
        assert raised.value.code == code
