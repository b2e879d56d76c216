"""An import is taken back with its kind as it is now."""

from typing import Any

import pytest

from ingestion.running.ended.undo import beginning
from ingestion.running.tasks import undo_chunk
from messages_app.kinds import making, registry
from messages_app.store.query import Query
from tests.ingestion.helpers import Tasks
from tests.ingestion.helpers import run as run_import
from tests.ingestion.running.test_tasks import run
from tests.messages_app.kinds.climate import DATE, FIELDS, make, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

NOTE: dict[str, Any] = {"name": "note", "type": "text", "label": "Note", "required": False}


def test_a_record_comes_back_with_a_field_that_its_kind_was_given_later() -> None:
    making.change(make(), {"fields": [*FIELDS, NOTE]}, somebody())
    text = "at,sensor,temperature,humidity,battery,note\n2019-05-28T10:00:00Z,a,{},40,80,{}\n"
    run_import(text.format(20, "first"), "a.csv")
    import_ = run_import(text.format(21, "second"), "b.csv", on_conflict="replace")
    assert beginning.begin(import_, Tasks())
    run(undo_chunk, str(import_.pk), 1)
    [record] = registry.find("climate").repository.page(Query(DATE), 10).records
    assert record.values["note"] == "first"
