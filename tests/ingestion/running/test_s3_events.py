"""S3's event notifications, and the keys that are files to import."""

import json

import pytest

from ingestion.aws.object_keys import is_importable
from ingestion.aws.s3 import StoredObject
from ingestion.running.s3_events import UnreadableEvent, created_objects


def record(key="data.csv", event="ObjectCreated:Put", **described):
    described = {"key": key, "size": 7, "eTag": "abc", "versionId": "v1"} | described
    return {"eventName": event, "s3": {"bucket": {"name": "a-bucket"}, "object": described}}


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


def test_the_test_event_of_s3_names_no_object():
    assert created_objects('{"Service": "Amazon S3", "Event": "s3:TestEvent"}') == []


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
