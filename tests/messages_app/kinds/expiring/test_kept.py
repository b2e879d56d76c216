"""A retention as staff set it: what is read of it, and all that it changes at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from common.aws.clients import dynamodb_client
from common.database.known import KNOWN_SECONDS
from messages_app.kinds.expiring import setting
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day, Retention
from messages_app.schema.definition import BadDefinition
from messages_app.store import day_index
from messages_app.store.expiring import retention
from tests.messages_app.retention.days import ago

pytestmark = pytest.mark.django_db


def row_of(days: int | None = 30, **more: Any) -> Retention:
    values = {"kind": "messages", "days": days, "due_at": timezone.now(), **more}
    return Retention.objects.create(**values)


@pytest.mark.parametrize("days", [None, 1, 36_500])
def test_records_are_kept_for_some_days_or_for_ever(days: int | None) -> None:
    assert setting.checked(days) == days
    assert setting.read("" if days is None else str(days)) == days


@pytest.mark.parametrize("text", ["0", "36501", "-1", "x", "9" * 400, "\u0664"])
def test_what_is_typed_and_no_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        setting.read(text)
    sentence = "must be a whole number from 1 to 36,500, or null"
    assert caught.value.faults == {"retention_days": [sentence]}


def test_what_is_set_already_needs_no_permission(django_assert_num_queries: Any) -> None:
    row_of(30)
    with django_assert_num_queries(1):
        setting.keep(BUILTIN, 30, Actor(None, Channel.API, "nobody"))
    assert retention.days_of("messages") == 30


def expiry_of_table() -> str:
    told = dynamodb_client().describe_time_to_live(TableName=configured.MESSAGES_TABLE)
    return told["TimeToLiveDescription"]["TimeToLiveStatus"].removesuffix("D").removesuffix("ING")


@pytest.mark.usefixtures("aws")
def test_a_retention_is_set_for_the_table_the_days_and_the_audit_trail() -> None:
    day_index.register([ago(1)])
    before = Day.objects.get().mark
    row_of(7, after_partition=ago(2), after_time="10", is_applied=True)
    actor = Actor(User.objects.create_superuser("root"), Channel.API)
    asked_at = timezone.now()
    setting.keep(BUILTIN, 30, actor)
    done_at = timezone.now()
    row = Retention.objects.get()
    assert (row.days, row.after_partition, row.after_time, row.is_applied) == (30, "", "", False)
    everywhere = timedelta(seconds=3 * KNOWN_SECONDS)
    assert asked_at <= row.due_at - everywhere <= done_at
    assert Day.objects.get().mark != before
    assert retention.days_of("messages") == 30
    assert expiry_of_table() in ("ENABLE", "ENABL")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.detail) == (
        "changed",
        "messages",
        {"retention_days": 30},
    )
    setting.keep(BUILTIN, None, actor)
    assert Retention.objects.get().days is None
    assert expiry_of_table() in ("DISABLE", "DISABL")


def test_who_may_not_delete_records_sets_no_retention() -> None:
    actor = Actor(User.objects.create_user("kim"), Channel.API)
    with pytest.raises(PermissionDenied):
        setting.keep(BUILTIN, 30, actor)
    assert not Retention.objects.exists()
