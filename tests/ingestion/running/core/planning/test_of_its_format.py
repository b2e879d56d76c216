"""What is said with an object counts before what its format says."""

import pytest

from common.deadline import Deadline
from ingestion.running.plan import plan
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import Tasks, start
from tests.ingestion.running.core.made import now


@pytest.mark.django_db
def test_encoding_and_policy_are_those_of_the_object_or_else_of_its_format(aws):
    make(key_pattern="plant-a/*.csv", encoding="windows-1252", on_conflict="replace")
    for said, expected in (
        ({}, ("cp1252", "replace")),
        ({"encoding": "utf-8", "on_conflict": "keep"}, ("utf-8", "keep")),
    ):
        import_ = start(FILE, Tasks(), "plant-a/one.csv", **said)
        plan(now(import_), Tasks(), Deadline(30))
        assert (now(import_).encoding, now(import_).on_conflict) == expected
