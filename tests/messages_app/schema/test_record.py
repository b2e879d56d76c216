"""Records: their keys, their equality, and the key that a record has beside another one."""

from dataclasses import replace
from decimal import Decimal

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin
from messages_app.store.items import item_of, record_of
from tests.messages_app.records import record


def test_the_key_is_the_utc_date_and_time_of_the_timestamp():
    assert record(Decimal("1559040909.3853335")).key == ("2019-05-28", "10:55:09.385333")


def test_records_are_equal_when_their_numbers_are_equal_as_numbers():
    assert record(local_avg=Decimal("4.390")).same_content(record(local_avg=Decimal("4.39")))


def test_where_a_record_came_from_is_not_its_content():
    assert record(origin=Origin("a", 1)).same_content(record(origin=Origin("b", 2)))


def test_digits_behind_the_microsecond_make_another_content():
    other = record(Decimal("1559040909.3853339"))
    assert other.key == record().key
    assert not other.same_content(record())


def test_equal_records_have_the_same_key_beside():
    assert (
        record(local_avg=Decimal("4.390")).with_conflict_suffix(6).key
        == record().with_conflict_suffix(6).key
    )


def test_the_key_beside_sorts_behind_the_plain_key_and_before_later_ones():
    plain, conflict_copy = record(1559040909), record(1559040909).with_conflict_suffix(6)
    later = record(Decimal("1559040909.000001"))
    assert plain.time < later.time < conflict_copy.time < record(1559040910).time


def test_a_longer_digest_begins_like_the_shorter():
    shorter, longer = (record().with_conflict_suffix(length).time for length in (6, 12))
    assert longer.startswith(shorter)
    assert len(longer) == len(shorter) + 6 == len(record().time) + 1 + 12


def test_a_longer_digest_takes_the_place_of_a_shorter_one():
    beside = record().with_conflict_suffix(6).with_conflict_suffix(12)
    assert beside.key == record().with_conflict_suffix(12).key


def test_extra_columns_are_part_of_the_content():
    with_extra = [replace(record(), extra=(("batch", text),)) for text in "12"]
    assert len({one.digest() for one in (record(), *with_extra)}) == 3


def test_a_field_without_a_value_is_empty_text():
    values = {name: value for name, value in record().values.items() if name != "source"}
    without = replace(record(), values=values)
    assert [record().text("source"), without.text("source")] == ["wireless", ""]


def test_only_a_plain_time_finds_a_record_beside_another():
    beside = record().with_conflict_suffix(6)
    assert beside.is_conflict_copy(record().time)
    assert not beside.is_conflict_copy(beside.time)
    assert not record().is_conflict_copy(record().time)


def test_a_record_moves_to_the_time_that_it_is_stored_under():
    assert record().with_time("10:55:09").time == "10:55:09"
    assert record().with_time(record().time) == record()


def test_records_that_differ_in_the_last_of_38_digits_have_different_digests():
    digits = "1234567890123456789012345678901234567"
    one, other = (record(local_avg=Decimal(digits + last)) for last in "12")
    assert one.digest() != other.digest()


def test_a_text_cannot_pose_as_another_field_in_the_digest():
    one = record(local_dest="a", location="b\x1flocation=c")
    other = record(local_dest="a\x1flocation=b", location="c")
    assert one.digest() != other.digest()


def test_an_item_gives_back_the_record_that_it_was_made_of():
    message = record(local_avg=Decimal("1E-130"), origin=Origin("an-import", 7))
    assert record_of(item_of(message, MESSAGE), MESSAGE) == message


def test_an_item_without_an_origin_gives_back_none():
    assert record_of(item_of(record(), MESSAGE), MESSAGE).origin is None
