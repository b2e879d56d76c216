"""Which devices records are of, and how often these are to be heard of."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from messages_app.kinds import devices, reporting
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import BadDefinition
from messages_app.schema.record import Record
from silence.models import Heard
from silence.reporting import NOTHING_SET, Reporting, known
from tests.messages_app.records import MOMENT, record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
IDENTIFIED = replace(MESSAGE, identity=("location", "source"))


def at(second: int, **values: Any) -> Record:
    return record(Decimal(int(MOMENT) + second), **values)


def test_devices_are_named_by_the_identity_else_by_the_field_that_was_set() -> None:
    known.hold({"messages": Reporting(None, "source"), "gone": Reporting(None, "deleted")})
    assert devices.fields_of("messages", MESSAGE) == ("source",)
    assert devices.fields_of("messages", IDENTIFIED) == ("location", "source")
    assert devices.fields_of("gone", MESSAGE) == devices.fields_of("other", MESSAGE) == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("location",), {"a": 5, "b": 2}),
        (("location", "source"), {"a#x": 1, "a#y": 5, "b#x": 2}),
        ((), {}),
    ],
)
def test_the_newest_moment_of_each_device_is_told_once(fields: Any, expected: Any) -> None:
    newest = devices.Newest(fields, "timestamp")
    rows = [at(1, location="a", source="x"), at(5, location="a", source="y")]
    rows += [at(2, location="b", source="x"), at(0, location="b", source="x")]
    newest.add(rows[:2])
    newest.add(rows[2:])
    assert newest.are_followed == bool(fields)
    assert {name: one - int(MOMENT) for name, one in newest.taken().items()} == expected
    assert newest.taken() == {}


def test_a_record_without_a_device_is_of_none() -> None:
    newest = devices.Newest(("location", "source"), "timestamp")
    without = {name: value for name, value in record().values.items() if name != "source"}
    newest.add([replace(record(), values=without)])
    assert newest.taken() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [NOW, None])
def test_devices_that_are_heard_of_are_written_down(moment: datetime | None) -> None:
    devices.hear("messages", MESSAGE, [record()], moment)
    assert not Heard.objects.exists()
    devices.hear("messages", IDENTIFIED, [record()], moment)
    heard = Heard.objects.get()
    assert heard.newest == {"location-03#wireless": int(MOMENT)}
    assert (heard.arrived_at == NOW) == (moment is not None)


BEFORE = Reporting(30, "source")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, BEFORE),
        ({"report_minutes": None}, Reporting(None, "source")),
        ({"report_minutes": 527_040}, Reporting(527_040, "source")),
        ({"device_field": "location"}, Reporting(30, "location")),
        ({"device_field": None}, Reporting(30, "")),
        ({"device_field": ""}, Reporting(30, "")),
    ],
)
def test_what_is_not_said_of_devices_stays(data: Any, expected: Reporting) -> None:
    assert reporting.checked(data, MESSAGE, BEFORE) == expected


def faults(data: Any, schema: Any = MESSAGE) -> Any:
    with pytest.raises(BadDefinition) as caught:
        reporting.checked(data, schema, BEFORE)
    return caught.value.faults


def test_what_cannot_be_said_of_devices_is_told() -> None:
    sentence = "must be a whole number from 1 to 527,040, or null"
    for minutes in (0, 527_041, 1.5, "x"):
        assert faults({"report_minutes": minutes}) == {"report_minutes": [sentence]}
    field = "must be the name of a text field of the kind, or null"
    for name in ("local_avg", "other", 7):
        assert faults({"device_field": name}) == {"device_field": [field]}
    identity = "must be null: the identity of the kind tells its devices apart"
    assert faults({"device_field": "source"}, IDENTIFIED) == {"device_field": [identity]}


def test_a_field_that_names_no_device_any_more_is_forgotten() -> None:
    assert reporting.checked({}, IDENTIFIED, BEFORE) == Reporting(30, "")
    assert reporting.choices(IDENTIFIED) == []
    assert reporting.choices(MESSAGE) == ["location", "source", "local_dest", "remote_dest"]


@pytest.mark.parametrize(
    ("minutes", "field", "expected"),
    [
        ("", "", NOTHING_SET),
        ("5", "source", Reporting(5, "source")),
        ("527040", "", Reporting(527_040, "")),
    ],
)
def test_what_is_typed_is_read(minutes: str, field: str, expected: Reporting) -> None:
    assert reporting.read(minutes, field, MESSAGE) == expected


@pytest.mark.parametrize("minutes", ["0", "-1", "x", "1.5", "9" * 400, "\u0664"])
def test_what_is_typed_and_no_number_is_refused(minutes: str) -> None:
    with pytest.raises(BadDefinition):
        reporting.read(minutes, "", MESSAGE)


@pytest.mark.django_db
def test_what_is_set_of_devices_is_written_down_once() -> None:
    actor = Actor(None, Channel.API, "somebody")
    for _ in range(2):
        reporting.keep("messages", BEFORE, actor)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.target) == ("changed", "kind", "messages")
    assert entry.detail == {"report_minutes": 30, "device_field": "source"}
    known.forget()
    assert reporting.as_json("messages") == {"report_minutes": 30, "device_field": "source"}
    assert reporting.as_json("other") == {"report_minutes": None, "device_field": None}
