"""Kinds are found, with few statements."""

from decimal import Decimal
from typing import Any

import pytest

from common.errors import NotFound
from messages_app.kinds import registry
from messages_app.kinds.record_kind import BUILTIN, table_of
from messages_app.models import Kind, KindVersion
from messages_app.schema.definition import names_fingerprint
from tests.messages_app.kinds.climate import FIELDS, written_down

pytestmark = pytest.mark.django_db


def names(found: Any) -> list[str]:
    return [one.name for one in found]


def test_a_kind_is_found_by_its_name_as_it_is_now_and_as_it_was() -> None:
    first = written_down()
    kind = Kind.objects.get()
    text = KindVersion.objects.get().definition.replace("Sensor", "Device")
    KindVersion.objects.create(kind=kind, number=2, definition=text, created_by="somebody")
    assert registry.find("climate") == first
    Kind.objects.update(version=2)
    now = registry.find("climate")
    assert (now.version, now.schema.by_name["sensor"].label) == (2, "Device")
    assert registry.find_version("climate", 1) == first
    assert registry.listed() == registry.with_fingerprint([kind.fingerprint]) == [now]
    assert registry.named(["climate"]) == {"climate": now}


def test_the_built_in_kind_is_always_there(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert registry.find("messages") is registry.find_version("messages", 7) is BUILTIN
        assert registry.exists("messages")
        assert registry.named(["messages"]) == {"messages": BUILTIN}
        assert registry.named([]) == {}
    assert registry.labels() == [("messages", "Messages")]
    assert registry.names() == []
    assert registry.listed() == []


def test_what_is_no_kind_is_told_with_the_beginning_of_its_name() -> None:
    with pytest.raises(NotFound) as caught:
        registry.find("é" * 70)
    assert str(caught.value) == f'there is no kind "{"é" * 60}"'
    written_down()
    with pytest.raises(NotFound):
        registry.find_version("climate", 2)
    assert not registry.exists("other")
    assert registry.exists("climate")


def test_kinds_are_listed_by_name_behind_another(django_assert_num_queries: Any) -> None:
    for name, label in (("b", "First"), ("c", "Second"), ("a", "Third")):
        written_down(name, label=label)
    with django_assert_num_queries(1):
        assert names(registry.listed()) == ["a", "b", "c"]
    assert names(registry.listed("a", 1)) == ["b"]
    assert registry.labels()[1:] == [("b", "First"), ("c", "Second"), ("a", "Third")]
    assert sorted(registry.names()) == ["a", "b", "c"]
    with django_assert_num_queries(1):
        assert set(registry.named(["a", "messages", "none"])) == {"a", "messages"}
    same = names_fingerprint([field["name"] for field in FIELDS])
    assert names(registry.with_fingerprint([same])) == ["a", "b"]
    assert registry.with_fingerprint(["another"]) == []


def test_the_built_in_kind_keeps_the_configured_table(settings: Any) -> None:
    settings.MESSAGES_TABLE = "mine"
    assert (table_of("messages"), table_of("climate")) == ("mine", "mine-climate")


def test_a_kind_tells_what_it_is() -> None:
    told = written_down().as_json()
    assert (told["name"], told["version"], told["is_builtin"]) == ("climate", 1, False)
    assert (told["partitions"], told["retention_days"]) == (1, None)
    assert BUILTIN.as_json(partitions=0)["partitions"] == 0
    assert BUILTIN.as_json()["is_builtin"] is True


def test_a_thousand_kinds_are_listed_at_most() -> None:
    written_down("a")
    text = KindVersion.objects.get().definition
    many = Kind.objects.bulk_create(
        Kind(name=f"kind-{number}", label="x", fingerprint="x") for number in range(1000)
    )
    KindVersion.objects.bulk_create(
        KindVersion(kind=kind, number=1, definition=text, created_by="x") for kind in many
    )
    assert len(registry.listed()) == 1000


def test_the_rules_of_a_kind_keep_every_digit() -> None:
    least = Decimal("0.1234567890123456789012345")
    field = {"name": "level", "type": "number", "rules": {"min": least}}
    kind = written_down(fields=[*FIELDS, field])
    registry.schema_of_text.cache_clear()
    assert registry.find("climate").schema.by_name["level"].type.rules() == {"min": least}
    assert kind == registry.find("climate")
