"""What a kind must have before it is made, and what cannot be changed, without its table."""

from collections.abc import Mapping
from typing import Any

import pytest

from audit.models import AuditEntry
from messages_app.kinds import making
from messages_app.kinds.making import KindRefused
from messages_app.kinds.record_kind import BUILTIN
from messages_app.kinds.spreading import setting as spreading
from messages_app.models import Kind, KindVersion, Spread
from messages_app.schema.definition import BadDefinition, names_fingerprint
from messages_app.store import day_index
from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import Partitioning
from tests.messages_app.kinds.climate import CLIMATE, FIELDS, somebody, written_down

pytestmark = pytest.mark.django_db


def faults(**changes: Any) -> Mapping[str, list[str]]:
    with pytest.raises(BadDefinition) as caught:
        making.make({**CLIMATE, **changes}, somebody())
    assert not Kind.objects.exists()
    return caught.value.faults


@pytest.mark.parametrize("name", [None, 7, "", "Rooms", "1a", "a b", "a_b", "a" * 41, "a\n"])
def test_a_name_is_of_small_letters_and_digits(name: Any) -> None:
    [fault] = faults(name=name)["name"]
    assert fault.startswith("must have small letters, digits and - only")


@pytest.mark.parametrize("name", ["messages", "new", "import"])
def test_a_name_that_an_address_has_is_taken(name: str) -> None:
    assert faults(name=name) == {"name": ["is taken: choose another"]}


def test_the_name_of_a_table_may_be_too_long(settings: Any) -> None:
    settings.MESSAGES_TABLE = "t" * 248
    assert "too long" in faults(name="climate")["name"][0]
    settings.MESSAGES_TABLE = "t" * 247
    assert list(faults(name="climate", label="\n")) == ["label"]


@pytest.mark.parametrize("label", [7, None, " ", "a\nb", "x" * 81, "\x00"])
def test_a_label_is_one_line(label: Any) -> None:
    assert faults(label=label) == {"label": ["must be one line of up to 80 characters"]}


def test_all_faults_of_a_kind_are_told_at_once() -> None:
    assert set(faults(name="A", label="\n", fields=[])) == {"name", "label", "fields"}


@pytest.mark.parametrize(
    ("member", "value"),
    [("retention_days", 0), ("partitions", 65), ("report_minutes", 0), ("device_field", "at")],
)
def test_what_is_set_beside_a_definition_is_checked_too(member: str, value: Any) -> None:
    assert list(faults(**{member: value})) == [member]


def refusal(kind: Any, **changes: Any) -> str:
    with pytest.raises(KindRefused) as caught:
        making.change(kind, changes, somebody())
    return str(caught.value)


def test_a_version_that_is_not_the_one_that_was_seen_is_refused() -> None:
    kind = written_down()
    assert "Somebody else changed this kind" in refusal(kind, version=2, label="Rooms")
    assert making.change(kind, {"version": 1, "label": "Rooms"}, somebody()).version == 2
    # The kind as it was is changed by somebody who read it before.
    assert "Somebody else changed this kind" in refusal(kind, label="Other")
    assert Kind.objects.get().label == "Rooms"


@pytest.mark.parametrize("label", ["x", "x" * 80, " y "])
def test_a_label_may_be_short_or_long(label: str) -> None:
    changed = making.change(written_down(), {"label": label}, somebody())
    assert changed.label == Kind.objects.get().label == label.strip()
    assert KindVersion.objects.count() == 2


def test_what_says_the_same_makes_no_version() -> None:
    kind = written_down()
    assert making.change(kind, {"label": kind.label, "fields": FIELDS}, somebody()) is kind
    assert (KindVersion.objects.count(), AuditEntry.objects.count()) == (1, 0)


def test_a_change_is_the_next_version_and_stands_in_the_audit_trail() -> None:
    kind = written_down()
    fields = [*FIELDS, {"name": "room", "type": "text", "required": False}]
    changed = making.change(kind, {"fields": fields}, somebody())
    stored = Kind.objects.get()
    assert (changed.version, stored.version, changed.label) == (2, 2, "Climate")
    assert changed.schema.names[-1] == "room"
    assert stored.fingerprint == names_fingerprint(changed.schema.names)
    assert KindVersion.objects.first().created_by == "somebody"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.detail) == ("changed", "climate", {"version": 2})


@pytest.mark.usefixtures("aws")  # which has no table of the kind to look into
def test_without_records_anything_can_be_changed() -> None:
    kind = written_down()
    assert making.is_empty(kind)
    changed = making.change(kind, {"fields": FIELDS[:3]}, somebody())
    assert len(changed.schema.fields) == 3


@pytest.mark.usefixtures("aws")
def test_a_day_without_a_record_is_no_record() -> None:
    day_index.register(["2019-05-28"])
    assert making.is_empty(BUILTIN)


def test_the_built_in_kind_stays_as_it_is() -> None:
    assert "stays as it is" in refusal(BUILTIN, label="Mine")
    assert making.change(BUILTIN, {"version": 1}, somebody()) is BUILTIN
    with pytest.raises(KindRefused, match="stays as it is"):
        making.delete(BUILTIN, somebody())


@pytest.mark.parametrize(("count", "rows"), [(1, 0), (2, 1), (64, 1)])
def test_a_new_kind_has_its_partitions_written_down(count: int, rows: int) -> None:
    spreading.keep("climate", count)
    assert Spread.objects.count() == rows
    assert spread.partitioning_of("climate") == Partitioning(count)


def test_partitions_of_a_kind_that_is_there_are_changed_by_a_command() -> None:
    kind = written_down()
    spread.write_down("climate", Partitioning(3))
    assert spreading.refusal(kind, {}) == spreading.refusal(kind, {"partitions": 3}) == ""
    assert "manage.py spread climate 4" in spreading.refusal(kind, {"partitions": 4})
    with pytest.raises(BadDefinition):
        spreading.refusal(kind, {"partitions": 65})


@pytest.mark.parametrize(
    ("text", "read"), [("8", 8), ("0", 0), ("64", 64), ("65", "65"), ("\u0664", "\u0664")]
)
def test_what_is_typed_is_read_to_be_checked(text: str, read: object) -> None:
    assert spreading.read(text) == read
