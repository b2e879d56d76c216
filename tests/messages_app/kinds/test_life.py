"""A kind with its table: all that is made with it, and that goes with it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.contrib.auth.models import Permission, User

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from common.aws.clients import dynamodb_client
from common.errors import ServiceError
from messages_app.kinds import making, registry
from messages_app.kinds.making import KindRefused
from messages_app.kinds.record_kind import RecordKind, table_of
from messages_app.models import Day, ExtraKept, Kind, KindVersion, Retention, SavedView, Spread
from messages_app.schema.record import Record
from messages_app.store.expiring import retention
from messages_app.store.items import key_item
from messages_app.store.provision import delete_table, has_table
from silence import reporting
from silence.models import KindReporting
from silence.reporting import Reporting
from tests.messages_app.kinds.climate import CLIMATE, DATE, FIELDS, KEY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
SET = {"retention_days": 30, "partitions": 4, "report_minutes": 10}


def root() -> Actor:
    user, _ = User.objects.get_or_create(username="root", is_superuser=True)
    return Actor(user, Channel.API)


def make(**changes: Any) -> RecordKind:
    return making.make({**CLIMATE, **changes}, root())


def permissions() -> int:
    return Permission.objects.filter(codename__endswith="_records_of_climate").count()


def refusal(act: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(KindRefused) as caught:
        act(*arguments)
    return str(caught.value)


def test_a_kind_is_made_with_all_that_is_set() -> None:
    made = make(**SET)
    assert registry.find("climate") == made
    assert KindVersion.objects.get().created_by == "root"
    assert has_table(table_of("climate"))
    assert permissions() == 2
    assert (made.partitions, made.retention_days) == (4, 30)
    assert reporting.of_kind("climate") == Reporting(10)
    first = AuditEntry.objects.order_by("pk")[0]
    assert (first.action, first.target, first.detail) == ("created", "climate", {"version": 1})


def test_what_is_not_set_is_left_out() -> None:
    make()
    assert not Spread.objects.exists()
    assert not Retention.objects.exists()
    assert not KindReporting.objects.exists()


def test_a_name_is_taken_by_a_table_and_by_a_kind() -> None:
    make()
    assert "exists already, and is not of a kind" in refusal(make)
    delete_table(table_of("climate"))
    assert refusal(make) == "There is a kind climate already. Choose another name."


def denied(**_: Any) -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "told so"}}, "Operation")


@pytest.fixture
def operations() -> Iterator[list[str]]:
    """Those of DynamoDB, as they are asked for."""
    found: list[str] = []
    events = dynamodb_client().meta.events
    events.register_first(
        "before-call.dynamodb", lambda model, **_: found.append(model.name), "ops"
    )
    yield found
    events.unregister("before-call.dynamodb", unique_id="ops")


def test_of_a_kind_without_its_table_nothing_is_left(operations: list[str]) -> None:
    events = dynamodb_client().meta.events
    events.register_first("before-call.dynamodb.CreateTable", denied)
    try:
        with pytest.raises(ServiceError, match="AccessDenied"):
            make(**SET)
    finally:
        events.unregister("before-call.dynamodb.CreateTable", denied)
    assert (Kind.objects.count(), Spread.objects.count(), permissions()) == (0, 0, 0)
    assert "DeleteTable" in operations
    assert not AuditEntry.objects.exists()


def test_a_kind_is_made_though_its_recovery_cannot_be_switched_on() -> None:
    asked: list[str] = []

    def refuse(model: Any, **_: Any) -> None:
        asked.append(model.name)
        denied()

    name, events = "before-call.dynamodb.DescribeContinuousBackups", dynamodb_client().meta.events
    events.register_first(name, refuse)
    try:
        assert make().name == "climate"
    finally:
        events.unregister(name, refuse)
    assert asked == ["DescribeContinuousBackups"]


def test_what_is_set_of_a_kind_is_changed_where_it_is_said() -> None:
    made = make(**SET)
    changed = making.change(made, {"label": "Rooms"}, root())
    assert (changed.version, changed.retention_days) == (2, 30)
    assert reporting.of_kind("climate") == Reporting(10)
    same = making.change(changed, {"retention_days": 7, "report_minutes": 5}, root())
    assert (same, same.retention_days) == (changed, 7)
    assert reporting.of_kind("climate") == Reporting(5)
    assert "manage.py spread climate 8" in refusal(
        making.change, changed, {"partitions": 8}, root()
    )
    assert KindVersion.objects.count() == 2


def store_one(made: RecordKind) -> Any:
    values = {"at": 1559037600, "sensor": "device-7", "temperature": 21, "humidity": 40}
    types = made.schema.by_name
    read = {name: types[name].type.from_text(str(value)) for name, value in values.items()}
    one = Record(DATE, KEY, read)
    made.repository.insert(one)
    return one


def test_with_records_only_what_fits_them_is_changed_and_nothing_deleted() -> None:
    made = make()
    one = store_one(made)
    assert "The field battery must stay" in refusal(
        making.change, made, {"fields": FIELDS[:-1]}, root()
    )
    assert refusal(making.delete, made, root()) == (
        "The kind has records. Delete its records first."
    )
    dynamodb_client().delete_item(TableName=made.table, Key=key_item(one.key))
    assert making.is_empty(made)
    assert making.change(made, {"fields": FIELDS[:-1]}, root()).version == 2


def test_all_that_is_of_a_kind_goes_with_it() -> None:
    made = make(**SET)
    for kind in ("climate", "other"):
        Day.objects.create(kind=kind, date=DATE)
        ExtraKept.objects.create(kind=kind)
        SavedView.objects.create(kind=kind, name="mine", owner=root().user, query="")
    Spread.objects.create(kind="other", partitions=2)
    making.delete(made, root())
    assert (Kind.objects.count(), permissions(), has_table(made.table)) == (0, 0, False)
    for model in (Day, ExtraKept, SavedView, Spread):
        assert list(model.objects.values_list("kind", flat=True)) == ["other"], model
    assert (Retention.objects.count(), KindReporting.objects.count()) == (0, 0)
    assert retention.days_of("climate") is None
    assert AuditEntry.objects.filter(action="deleted", target="climate").count() == 1
