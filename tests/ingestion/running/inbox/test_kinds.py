"""The inbox takes messages about every kind of record, by the name of its table."""

import pytest
from django.conf import settings as configured

from audit.models import AuditEntry
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.store.query import Query
from tests.ingestion.producer import post, reasons, send
from tests.messages_app.kinds.climate import DATE, KEY, make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
TABLE = f"{configured.MESSAGES_TABLE}-climate"
ITEM = {
    "date": {"S": DATE},
    "time": {"S": "10:00:00"},
    "sensor": {"S": "device-7"},
    "temperature": {"N": "21.5"},
    "humidity": {"N": "40"},
}


def stored(kind):
    return kind.repository.page(Query(DATE), 10).records


def test_a_message_is_about_the_kind_whose_table_it_names(listen):
    kind = make()
    send("POST", {"TableName": TABLE, "Item": ITEM})
    send("POST", post())
    listen()
    assert reasons() == []
    (record,) = stored(kind)
    assert record.key == (DATE, KEY)
    assert len(BUILTIN.repository.page(Query(DATE), 10).records) == 1
    days = Day.objects.filter(date=DATE).values_list("kind", "count")
    assert sorted(days) == [("climate", 1), ("messages", 1)]
    entries = AuditEntry.objects.filter(action="created").values_list("kind", flat=True)
    assert sorted(entries) == ["kind", "message", "record of climate"]


def test_its_records_are_changed_and_deleted_by_their_keys(listen):
    kind = make()
    about = {"TableName": TABLE, "Key": {"date": {"S": DATE}, "time": {"S": KEY}}}
    change = {
        "UpdateExpression": "SET humidity = :h",
        "ExpressionAttributeValues": {":h": {"N": "41"}},
    }
    send("POST", {"TableName": TABLE, "Item": ITEM})
    listen()
    send("PUT", about | change)
    listen()
    assert [record.values["humidity"] for record in stored(kind)] == [41]
    send("DELETE", about)
    listen()
    assert (reasons(), stored(kind)) == ([], [])


def test_the_table_of_no_kind_is_refused(listen):
    send("POST", {"TableName": TABLE, "Item": ITEM})
    listen()
    (reason,) = reasons()
    assert f"the table “{TABLE}” is not" in reason


def test_the_rules_are_those_of_the_kind(listen):
    kind = make()
    send("POST", {"TableName": TABLE, "Item": ITEM | {"humidity": {"N": "140"}}})
    listen()
    (reason,) = reasons()
    assert "humidity" in reason
    assert stored(kind) == []
