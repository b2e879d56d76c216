"""When records expire, and what is asked of the table for it, which answers as told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from common.errors import Expired, ServiceError
from messages_app.models import Retention
from messages_app.store.expiring import retention
from messages_app.store.expiring.moments import expires_at, first_kept
from messages_app.store.expiring.table import ExpiringTable
from messages_app.store.items import key_item
from tests.messages_app.store.unreliable import Told, error

DATE = "2019-05-28"
KEYS = [key_item((DATE, f"10:00:{second:02}")) for second in range(60)]
AT = {":at": {"N": str(expires_at(DATE, 30))}}


def today():
    return datetime.now(UTC).date()


def test_records_of_a_day_expire_together_at_the_end_of_a_day():
    assert expires_at("1970-01-01", 0) == 86_400
    assert expires_at("1970-02-01", 30) == 62 * 86_400


def test_so_many_days_before_today_are_kept():
    for days in (0, 1, 400):
        before = today()
        assert date.fromisoformat(first_kept(days)) in (
            before - timedelta(days),
            today() - timedelta(days),
        )


def test_a_kind_without_a_setting_keeps_all():
    retention.known.hold({"climate": 30})
    assert retention.days_of("messages") is None
    assert retention.first_date("messages") == ""
    assert retention.refusal("0001-01-01", "messages") is None
    retention.check("0001-01-01", "messages")


def test_a_record_of_the_first_day_that_is_kept_is_taken_and_one_before_is_not():
    retention.known.hold({"climate": 1_000})
    first = retention.first_date("climate")
    assert first == first_kept(1_000)
    assert retention.refusal(first, "climate") is None
    before = (date.fromisoformat(first) - timedelta(1)).isoformat()
    sentence = "is older than the 1,000 days for which records of climate are kept"
    assert retention.refusal(before, "climate") == sentence
    with pytest.raises(Expired, match=f"the record {sentence}"):
        retention.check(before, "climate")


@pytest.mark.django_db
def test_a_setting_that_is_being_taken_away_keeps_all():
    for kind, days in (("climate", 30), ("messages", None)):
        Retention.objects.create(kind=kind, days=days, due_at="2019-05-28T00:00:00Z")
    retention.known.forget()
    assert retention.days_by_kind() == {"climate": 30}


def found(keys, end=None):
    return {"Items": keys, **({"LastEvaluatedKey": end} if end else {})}


def table_of(seconds=20, **answers):
    client = Told(**answers)
    return client, ExpiringTable(client, "records", seconds)


def test_items_that_are_not_marked_so_are_marked():
    client, table = table_of(query=[found(KEYS[:2])], update_item=[{}] * 2)
    assert table.mark(DATE, DATE, "", 30) == ""
    query, *updates = (request for _, request in client.asked)
    assert query["Limit"] == 1000
    assert query["FilterExpression"] == "attribute_not_exists(#expires) OR #expires <> :at"
    assert query["ExpressionAttributeNames"]["#expires"] == "_expires"
    assert query["ExpressionAttributeValues"] == {":date": {"S": DATE}, **AT}
    assert "ExclusiveStartKey" not in query
    assert [one["Key"] for one in updates] == KEYS[:2]
    assert {one["UpdateExpression"] for one in updates} == {"SET #expires = :at"}
    assert [one["ExpressionAttributeValues"] for one in updates] == [AT, AT]


def test_marks_are_taken_away_where_records_are_kept_for_ever():
    client, table = table_of(query=[found(KEYS[:1])], update_item=[{}])
    table.mark(DATE, DATE, "", None)
    query, update = (request for _, request in client.asked)
    assert query["FilterExpression"] == "attribute_exists(#expires)"
    assert update["UpdateExpression"] == "REMOVE #expires"
    assert "ExpressionAttributeValues" not in update


def test_a_partition_is_marked_part_by_part():
    client, table = table_of(query=[found([], KEYS[9])])
    assert table.mark(f"{DATE}#1", DATE, "09", 30) == KEYS[9]["time"]["S"]
    [(_, query)] = client.asked
    assert query["ExclusiveStartKey"] == key_item((f"{DATE}#1", "09"))


def test_a_record_that_was_deleted_meanwhile_stays_so():
    gone = error("ConditionalCheckFailedException")
    client, table = table_of(query=[found(KEYS[:1])], update_item=[gone])
    assert table.mark(DATE, DATE, "", 30) == ""
    assert client.asked[1][1]["ConditionExpression"] == "attribute_exists(#date)"


def test_a_failure_to_mark_is_told():
    _, table = table_of(query=[found(KEYS[:1])], update_item=[error("AccessDeniedException")])
    with pytest.raises(ServiceError, match="could not mark a record"):
        table.mark(DATE, DATE, "", 30)


def test_items_are_deleted_in_batches_and_what_is_left_out_is_sent_again():
    rest = {"UnprocessedItems": {"records": [{"DeleteRequest": {"Key": KEYS[7]}}]}}
    client, table = table_of(query=[found(KEYS)], batch_write_item=[rest, {}, {}, {}])
    assert table.delete(DATE) == 60
    (_, query), *batches = client.asked
    assert "FilterExpression" not in query
    assert "#expires" not in query["ExpressionAttributeNames"]
    sizes = sorted(len(request["RequestItems"]["records"]) for _, request in batches)
    assert sizes == [1, 10, 25, 25]
    sent = [one["DeleteRequest"]["Key"] for _, r in batches for one in r["RequestItems"]["records"]]
    assert sorted(map(str, sent)) == sorted(map(str, [*KEYS, KEYS[7]]))


def test_a_failure_to_delete_is_told():
    denied = error("AccessDeniedException")
    _, table = table_of(query=[found(KEYS[:1])], batch_write_item=[denied])
    with pytest.raises(ServiceError, match="could not delete expired records"):
        table.delete(DATE)


def test_what_the_table_leaves_out_again_and_again_is_told():
    rest = {"UnprocessedItems": {"records": [{"DeleteRequest": {"Key": KEYS[0]}}]}}
    _, table = table_of(seconds=0, query=[found(KEYS[:1])], batch_write_item=[rest] * 2)
    with pytest.raises(ServiceError, match="busy") as caught:
        table.delete(DATE)
    assert not caught.value.permanent
