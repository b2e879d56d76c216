"""What came under the key of an import since it was made is another file."""

import pytest

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.running.plan import plan
from tests.ingestion.helpers import HEADER, Tasks, lines, put, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_no_other_content_is_planned(aws):
    import_ = start(HEADER + lines(1), Tasks())
    Import.objects.update(version_id="")  # as in a bucket that keeps none
    put(HEADER + lines(2))
    with pytest.raises(FileError) as raised:
        plan(now(import_), Tasks(), Deadline(30))
    assert raised.value.code == "object_changed"
