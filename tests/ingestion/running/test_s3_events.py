"""S3's event notifications, and the keys that are files to import."""

import json

import pytest

from common.aws.s3 import StoredObject
from ingestion.aws.object_keys import is_importable
from ingestion.running.s3_events import UnreadableEvent, created_objects


def record(key="data.csv", event="ObjectCreated:Put", **described):
    described = {"key": key, "size": 7, "eTag": "abc", "versionId": "v1"} | described
    return {"eventName": event, "s3": {"bucket": {"name": "a-bucket"}, "object": described}}


def through_sns(body, wraps=1):
    """The same message as SNS delivers it: that is what a queue gets of a topic."""
    for _ in range(wraps):
        envelope = {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:::t"}
        body = json.dumps(envelope | {"Subject": "Amazon S3 Notification", "Message": body})
    return body


def event_bridge(key="data.csv", kind="Object Created", source="aws.s3"):
    described = {"key": key, "size": 7, "etag": "abc", "version-id": "v1", "sequencer": "00617F"}
    detail = {"version": "0", "bucket": {"name": "a-bucket"}, "object": described}
    return {"version": "0", "detail-type": kind, "source": source, "detail": detail}


def objects(*records):
    return created_objects(json.dumps({"Records": records}))


def test_a_notification_names_an_object_and_its_version():
    assert objects(record()) == [StoredObject("a-bucket", "data.csv", "v1", "abc", 7)]


def test_every_record_of_a_notification_counts():
    assert [one.key for one in objects(record("a.csv"), record("b.csv"))] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("encoded", "key"),
    [
        ("a+b.csv", "a b.csv"),
        ("a%2Bb.csv", "a+b.csv"),
        ("b%C3%BCro/%E6%97%A5.csv", "büro/日.csv"),
        ("a%252Fb.csv", "a%2Fb.csv"),
    ],
)
def test_keys_are_decoded_once(encoded, key):
    assert objects(record(encoded))[0].key == key


@pytest.mark.parametrize(
    ("sequencer", "kept"),
    [("0055AED6DCD90281E5", "0055aed6dcd90281e5"), ("00A0", "00a"), (None, ""), ("", "")],
)
def test_the_place_among_the_versions_is_kept(sequencer, kept):
    assert objects(record(sequencer=sequencer))[0].sequencer == kept


@pytest.mark.parametrize("version", [None, "null"])
def test_an_object_without_a_version_is_known_by_its_etag(version):
    (stored,) = objects(record(versionId=version))
    assert (stored.version_id, stored.identity) == ("", "abc")


@pytest.mark.parametrize(
    "event",
    [
        "ObjectCreated:Copy",
        "ObjectCreated:CompleteMultipartUpload",
        "s3:ObjectCreated:Put",
    ],
)
def test_every_kind_of_creation_counts(event):
    assert len(objects(record(event=event))) == 1


@pytest.mark.parametrize("event", ["ObjectRemoved:Delete", "ObjectTagging:Put"])
def test_other_events_do_not(event):
    assert objects(record(event=event), record("b.csv")) == objects(record("b.csv"))


TEST_EVENT = '{"Service": "Amazon S3", "Event": "s3:TestEvent"}'


@pytest.mark.parametrize("wraps", [0, 1, 2])
def test_the_test_event_of_s3_names_no_object(wraps):
    assert created_objects(through_sns(TEST_EVENT, wraps)) == []


@pytest.mark.parametrize("wraps", [1, 2])
def test_what_comes_through_sns_is_read_as_if_it_had_come_straight(wraps):
    body = json.dumps({"Records": [record("b%C3%BCro/a+b.csv"), record("c.csv")]})
    assert created_objects(through_sns(body, wraps)) == created_objects(body)


@pytest.mark.parametrize("wraps", [0, 1])
def test_eventbridge_names_the_same_object(wraps):
    (stored,) = created_objects(through_sns(json.dumps(event_bridge()), wraps))
    assert [stored] == objects(record(sequencer="00617F"))


@pytest.mark.parametrize("key", ["a+b.csv", "a b.csv", "a%2Bb.csv", "büro/日.csv"])
def test_keys_of_eventbridge_are_not_decoded(key):
    (stored,) = created_objects(json.dumps(event_bridge(key=key)))
    assert stored.key == key


def test_an_object_of_eventbridge_without_a_version_is_known_by_its_etag():
    event = event_bridge()
    del event["detail"]["object"]["version-id"]
    (stored,) = created_objects(json.dumps(event))
    assert (stored.version_id, stored.identity) == ("", "abc")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (event_bridge(kind="Object Deleted"), "an event 'Object Deleted' of 'aws.s3'"),
        (event_bridge(source="my.shop"), "an event 'Object Created' of 'my.shop'"),
        (event_bridge(kind="\ud800"), r"an event '\ud800' of 'aws.s3'"),
        (event_bridge() | {"detail": {}}, "an event 'Object Created' of 'aws.s3'"),
        ({"Records": [{"eventSource": "aws:dynamodb", "eventName": "INSERT"}]}, "'aws:dynamodb'"),
        ({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}, "records of 'aws:sqs'"),
        ({"Records": [{"EventSource": "aws:sns", "Sns": {}}]}, "records of 'aws:sns'"),
        (
            {"Type": "SubscriptionConfirmation", "TopicArn": "x"},
            "'SubscriptionConfirmation' of SNS",
        ),
    ],
)
@pytest.mark.parametrize("wraps", [0, 1])
def test_events_of_other_kinds_are_named(body, said, wraps):
    with pytest.raises(UnreadableEvent) as refusal:
        created_objects(through_sns(json.dumps(body), wraps))
    assert said in str(refusal.value)


@pytest.mark.parametrize("message", ["hello", "", "[" * 30_000, '{"Records": 7}'])
def test_what_sns_wraps_may_be_no_event_at_all(message):
    with pytest.raises(UnreadableEvent, match="not an event notification of S3"):
        created_objects(through_sns(message, 1))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "[]",
        "7",
        "null",
        "{}",
        '{"Records": 7}',
        '{"Records": [{}]}',
        '{"Records": [{"eventName": "ObjectCreated:Put", "s3": {}}]}',
        json.dumps({"Records": [record(key=7)]}),
        json.dumps({"Records": [7]}),
        json.dumps({"Records": [{"eventName": 7}]}),
        json.dumps({"Records": {"eventName": "ObjectCreated:Put"}}),
        "[" * 30_000,
    ],
)
def test_what_is_no_notification_is_unreadable(body):
    with pytest.raises(UnreadableEvent):
        created_objects(body)


@pytest.mark.parametrize(
    "size", ["1e999", "9" * 40, "-1", "NaN", "7.5", '"7"', "null", "[]", "true"]
)
def test_a_size_that_no_object_has_is_unreadable(size):
    with pytest.raises(UnreadableEvent, match="size"):
        created_objects(json.dumps({"Records": [record(size=0)]}).replace(": 0", f": {size}"))


@pytest.mark.parametrize("size", [0, 1, 2**63 - 1])
def test_an_object_has_so_many_bytes_as_a_database_can_count(size):
    assert objects(record(size=size))[0].size == size
    with pytest.raises(UnreadableEvent, match="size"):
        objects(record(size=2**63))


def test_names_may_be_as_long_as_an_import_can_keep_them():
    event = record("é" * 512, versionId="v" * 1024, eTag="a" * 128)
    event["s3"]["bucket"]["name"] = "b" * 63
    assert objects(event) == [StoredObject("b" * 63, "é" * 512, "v" * 1024, "a" * 128, 7)]


def test_what_a_record_does_not_tell_of_an_object_is_nothing():
    event = record()
    event["s3"]["object"] = {"key": "a.csv"}
    assert objects(event) == [StoredObject("a-bucket", "a.csv", "", "", 0)]


@pytest.mark.parametrize(
    "described",
    [
        {"key": "\ud800.csv"},
        {"key": "a%00.csv"},
        {"key": ""},
        {"key": "é" * 513},
        {"eTag": "\udfff"},
        {"eTag": 7},
        {"eTag": "a" * 129},
        {"versionId": 7},
        {"versionId": "v" * 1025},
        {"versionId": "\ud800"},
        {"sequencer": 7},
        {"sequencer": "v1"},
        {"sequencer": "a" * 65},
        {"sequencer": "\uff11"},
    ],
)
def test_what_cannot_name_an_object_is_unreadable(described):
    with pytest.raises(UnreadableEvent, match=next(iter(described))):
        objects(record(**described))


@pytest.mark.parametrize("name", ["", "\ud800", 7, "b" * 64])
def test_what_cannot_name_a_bucket_is_unreadable(name):
    event = record()
    event["s3"]["bucket"]["name"] = name
    with pytest.raises(UnreadableEvent, match="bucket"):
        objects(event)


@pytest.mark.parametrize("key", ["a.csv", "deep/in/a.CSV", "a.Csv", "a.csv.gz", ".csv"])
def test_keys_that_end_like_csv_are_files_to_import(key):
    assert is_importable(key)


@pytest.mark.parametrize("key", ["a.txt", "csv", "a.csv.bak", "a.csv/", "_sluice/a.csv"])
def test_other_keys_and_our_own_are_not(key):
    assert not is_importable(key)
