"""How records look in the table, and back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, QueueOrigin, Record
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Boolean, Number, Text
from messages_app.schema.version import version_of
from messages_app.store import items
from messages_app.store.items import item_of, record_of
from tests.messages_app.records import record

SCHEMA = Schema(
    (
        Field("place", Text(), "Place"),
        Field("open", Boolean(), "Open", required=False),
        Field("level", Number(), "Level", required=False),
    ),
    "place",
)
ORIGINS = {
    "none": (None, None),
    "a row": (Origin("one", 2), ["import", "line"]),
    "a row of a version": (
        Origin("one", 2, version=version_of("b", "k", 7, "1f")),
        ["import", "line", "version"],
    ),
    "a row that replaced": (
        Origin("one", 2, first_line=5, before="a fingerprint"),
        ["import", "line", "first_line", "before"],
    ),
    "a row that took a key over": (
        Origin("one", 2, before="a fingerprint", creator=("two", 9), aside_line=3),
        ["import", "line", "first_line", "before", "creator", "aside_line"],
    ),
    "a message": (
        QueueOrigin("queue", "an id", 3, "somebody"),
        ["queue", "message", "number", "sender"],
    ),
}


def place_record(values, **more):
    return Record("2019-05-28", "10:00:00", values, **more)


@pytest.mark.parametrize(("origin", "members"), ORIGINS.values(), ids=ORIGINS)
def test_an_origin_comes_back_and_has_no_more_members_than_it_needs(origin, members):
    one = record(origin=origin)
    item = item_of(one, MESSAGE)
    assert record_of(item, MESSAGE) == one
    assert (list(item["origin"]["M"]) if "origin" in item else None) == members


@pytest.mark.parametrize(
    "values", [{}, {"open": True}, {"level": Decimal("1.50")}, {"open": False, "level": Decimal(0)}]
)
def test_fields_without_a_value_have_no_attribute(values):
    one = place_record({"place": "here", **values})
    item = item_of(one, SCHEMA)
    assert set(item) == {"date", "time", "place", *values}
    assert record_of(item, SCHEMA) == one


def test_a_record_without_a_required_value_cannot_be_stored():
    with pytest.raises(KeyError):
        item_of(place_record({"open": True}), SCHEMA)


def test_extra_columns_come_back_in_the_order_of_their_names():
    one = place_record({"place": "here"}, extra=(("a", "1"), ("b", "2")))
    item = item_of(one, SCHEMA)
    item["extra_columns"]["M"] = dict(reversed(item["extra_columns"]["M"].items()))
    assert record_of(item, SCHEMA) == one
    assert "extra_columns" not in item_of(place_record({"place": "here"}), SCHEMA)


def test_a_record_is_of_its_date_whatever_partition_it_is_in():
    item = item_of(record(), MESSAGE)
    item["date"] = {"S": "2019-05-28#12"}
    assert items.date_of(item) == "2019-05-28"
    assert record_of(item, MESSAGE) == record()


@pytest.mark.parametrize("values", [{"place": "there"}, {"place": "here", "open": True}])
@pytest.mark.parametrize("extra", [(), (("a", "1"),)])
def test_an_item_has_the_content_of_an_equal_record_alone(values, extra):
    one, other = place_record({"place": "here"}, extra=extra), place_record(values, extra=extra)
    item = item_of(one, SCHEMA)
    assert items.has_content_of(item, one, SCHEMA)
    assert not items.has_content_of(item, other, SCHEMA)
    assert not items.has_content_of(item, replace(one, extra=(("a", "2"),)), SCHEMA)


@pytest.mark.parametrize(("days", "expires"), [(None, None), (0, 86_400), (30, 31 * 86_400)])
def test_an_item_expires_at_the_end_of_the_day_so_many_days_later(days, expires):
    one = replace(place_record({"place": "here"}), date="1970-01-01")
    attribute = None if expires is None else {"N": str(expires)}
    assert item_of(one, SCHEMA, days).get("_expires") == attribute


@pytest.mark.parametrize(("days", "expires"), [(None, None), (1, {"N": str(2 * 86_400)})])
def test_what_was_kept_is_written_with_its_plain_date_and_the_expiry_of_now(days, expires):
    kept = item_of(replace(place_record({"place": "here"}), date="1970-01-01#3"), SCHEMA)
    kept["_expires"] = {"N": "5"}
    item = items.with_expiry(kept, days)
    assert item["date"] == {"S": "1970-01-01"}
    assert item.get("_expires") == expires
    assert kept["_expires"] == {"N": "5"}


@pytest.mark.parametrize(
    ("attribute", "size"),
    [
        ({"S": "über"}, 5),
        ({"N": "12"}, 2),
        ({"BOOL": True}, 1),
        ({"M": {"abc": {"S": "de"}, "f": {"N": "1"}}}, 3 + 5 + 2),
    ],
)
def test_the_size_of_an_item_is_that_of_its_names_and_texts(attribute, size):
    assert items.size_of({"é": attribute}) == 2 + size
    assert items.size_of({"é": attribute, "b": {"S": ""}}) == 2 + size + 1


def test_values_as_texts():
    item = item_of(place_record({"place": "here", "open": True, "level": Decimal("1.5")}), SCHEMA)
    assert items.texts_of(item, SCHEMA) == {"place": "here", "open": "true", "level": "1.5"}
    item = item_of(place_record({"place": "here"}), SCHEMA)
    assert items.texts_of(item, SCHEMA) == {"place": "here", "open": None, "level": None}


@pytest.mark.parametrize(
    ("origin", "expected"),
    [(Origin("one", 2), ("one", 2)), (QueueOrigin("queue", "an id"), None), (None, None)],
)
def test_the_import_that_an_item_is_of(origin, expected):
    assert items.import_of(item_of(record(origin=origin), MESSAGE)) == expected
