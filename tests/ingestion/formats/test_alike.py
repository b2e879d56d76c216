"""Which imports wait for the same answer: no file is needed."""

import pytest

from ingestion.formats.recognition import Waits
from ingestion.formats.waiting import alike, wait
from ingestion.models import Import, State

pytestmark = pytest.mark.django_db


def waiting(key: str, header: list[str], code: str = "unknown_format") -> Import:
    import_ = Import.objects.create(bucket="b", key=key, identity="1", state=State.PLANNING)
    wait(import_, Waits(code, "Which format is it?", header))
    import_.refresh_from_db()
    return import_


def test_those_with_the_same_names_in_their_header_are_alike() -> None:
    first, same = waiting("a", ["Time", "Value"]), waiting("b", [" time", "VALUE"])
    waiting("c", ["Value", "Time"])
    waiting("d", ["Time", "Value"], "header_changed")
    assert set(alike(first)) == {first, same}


def test_one_without_a_header_is_like_no_other() -> None:
    first, other = waiting("a", []), waiting("b", [])
    assert (first.state, list(alike(first)), list(alike(other))) == ("waiting", [first], [other])
