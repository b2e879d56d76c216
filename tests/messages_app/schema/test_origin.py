"""Where records came from, and what they are told apart by."""

from dataclasses import replace
from typing import Any

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import (
    DIGEST_LENGTHS,
    Origin,
    QueueOrigin,
    build_record,
    identity_key,
    is_same_place,
    key_taken,
    moment_of,
)
from messages_app.schema.version import version_of
from tests.messages_app.records import record

ROW = Origin("one", 7)
BEFORE = "a fingerprint"


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (ROW, ("one", 7)),
        (replace(ROW, first_line=3), ("one", 7)),
        (replace(ROW, before=BEFORE, first_line=3), ("one", 3)),
        (replace(ROW, before=BEFORE, first_line=3, creator=("two", 9)), ("one", 3)),
        (replace(ROW, before=BEFORE, creator=("two", 9)), ("two", 9)),
        (replace(ROW, before=BEFORE), None),
    ],
)
def test_who_created_a_key(origin: Origin, expected: Any) -> None:
    assert origin.created_by == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (None, False),
        (ROW, True),
        (Origin("one", 8), False),
        (Origin("two", 7), False),
        (Origin("two", 9, before=BEFORE, creator=("one", 7)), True),
        (Origin("two", 9, before=BEFORE), False),
    ],
)
def test_whether_a_row_created_the_key_that_another_has(other: Any, expected: bool) -> None:
    assert ROW.has_created(other) == expected


VERSIONS = [version_of("b", "k", 0, text) for text in "12"]
OLD, NEW = (Origin("one", 7, version=version) for version in VERSIONS)


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (OLD, NEW, True),
        (NEW, OLD, False),
        (OLD, OLD, False),
        (OLD, None, False),
        (OLD, ROW, False),
        (ROW, NEW, False),
        (OLD, Origin("one", 7, version=version_of("b", "other", 0, "2")), False),
    ],
)
def test_a_row_is_outdated_by_one_of_a_newer_version(
    mine: Origin, other: Any, expected: bool
) -> None:
    assert mine.is_outdated_by(other) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ROW, replace(ROW, before=BEFORE), True),
        (ROW, Origin("one", 8), False),
        (ROW, Origin("two", 7), False),
        (ROW, None, False),
        (None, ROW, False),
        (None, None, False),
        (QueueOrigin("q", "id", 2), QueueOrigin("q", "id", 2, "somebody"), True),
        (QueueOrigin("q", "id", 2), QueueOrigin("q", "id", 1), False),
        (QueueOrigin("q", "id"), QueueOrigin("q", "id", 1), True),
        (QueueOrigin("q", "id"), QueueOrigin("other", "id"), False),
    ],
)
def test_rows_and_records_of_messages_have_a_place(one: Any, other: Any, expected: bool) -> None:
    assert is_same_place(one, other) == expected


def test_only_a_row_has_an_import() -> None:
    for origin in (None, QueueOrigin("q", "id")):
        assert replace(record(), origin=origin).import_origin is None
    assert record(origin=ROW).import_origin == ROW


def test_a_tag_is_of_the_content_the_key_and_the_place() -> None:
    one = record(origin=ROW)
    assert one.etag() == record(origin=replace(ROW, before=BEFORE)).etag()
    others = [record(), record(origin=Origin("one", 8)), one.with_time("10")]
    others += [replace(one, date="2019-05-29"), record(origin=ROW, location="there")]
    assert len({one.etag(), *(other.etag() for other in others)}) == 6
    assert len(one.etag()) == 32


def test_a_fingerprint_is_the_beginning_of_the_digest() -> None:
    assert record().fingerprint() == record().digest()[:16]


def test_a_record_under_its_own_time_is_itself() -> None:
    one = record()
    assert one.with_time(one.time) is one


@pytest.mark.parametrize(
    "time", ["10:55:09.38", "10:55:09.38#device", "10:55:09.38#a#b~3fa2c1", "10:55:09.38~3fa2c1"]
)
def test_the_time_of_day_of_a_key(time: str) -> None:
    assert moment_of(time) == "10:55:09.38"


@pytest.mark.parametrize(
    ("text", "in_key"),
    [("device 7", "device 7"), ("a%#~/\\b", "a%25%23%7E%2F%5Cb"), ("\x01\x7fé", "%01%7Fé")],
)
def test_an_identity_has_nothing_that_means_something_else_in_keys(text: str, in_key: str) -> None:
    schema = replace(MESSAGE, identity=("location", "source"))
    one = build_record(schema, record(location=text, source="b").values)
    assert one.time == f"{record().time}#{in_key}#b"
    assert identity_key([text, "b"]) == f"{in_key}#b"


def test_what_is_said_of_a_key_that_is_taken() -> None:
    assert key_taken(("2019-05-28", "10:55:09")) == "another record has the key 2019-05-28 10:55:09"


def test_what_is_not_said_of_an_origin() -> None:
    origin = Origin("one", 7)
    assert (origin.first_line, origin.before, origin.aside_line) == (0, "", 0)
    assert (QueueOrigin("q", "id").number, QueueOrigin("q", "id").sender) == (1, "")


def test_keys_beside_others_have_digests_of_the_same_lengths_for_ever() -> None:
    times = [record().with_conflict_suffix(length).time for length in DIGEST_LENGTHS]
    assert [len(time.partition("~")[2]) for time in times] == [6, 12, 24, 64]
    assert DIGEST_LENGTHS == (6, 12, 24, 64)
