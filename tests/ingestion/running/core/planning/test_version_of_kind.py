"""A plan that begins anew stays with the version of the kind that the import began with."""

import pytest

from common.deadline import Deadline
from ingestion.models import Import
from ingestion.running.plan import plan
from messages_app.kinds import making
from tests.ingestion.helpers import Tasks, start
from tests.ingestion.running.core.made import now
from tests.messages_app.kinds.climate import FIELDS, somebody, written_down


@pytest.mark.django_db
def test_the_version_is_the_newest_or_that_which_was_before(aws):
    making.change(written_down(), {"fields": FIELDS[:-1]}, somebody())
    header = ",".join(one["name"] for one in FIELDS[:-1])
    for before, expected in (({}, 2), ({"kind": "climate", "kind_version": 1}, 1)):
        import_ = start(f"{header}\n2019-05-28T10:00:00Z,a,21.5,40\n", Tasks())
        Import.objects.filter(pk=import_.pk).update(is_planned=False, **before)
        plan(now(import_), Tasks(), Deadline(30))
        assert (now(import_).kind, now(import_).kind_version) == ("climate", expected)
