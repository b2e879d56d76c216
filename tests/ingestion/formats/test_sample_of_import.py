"""The beginning of a waiting import's file, as formats are tried on it."""

from typing import Any

import pytest
from django.conf import settings

from common.aws import s3
from common.deadline import Deadline
from ingestion.formats.suggesting import MAX_TEXT, sample_of_import
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.reading.sample import Sample

pytestmark = pytest.mark.usefixtures("aws")


def put(content: bytes) -> None:
    s3.put(settings.DATA_BUCKET, "a.csv", content, "text/csv")


def sample(**options: Any) -> Sample:
    return sample_of_import(
        Import(**{"bucket": settings.DATA_BUCKET, "key": "a.csv", **options}), Deadline(5)
    )


def test_it_is_read_in_the_encoding_that_was_found():
    put("größe".encode("utf-16"))
    assert sample(encoding="utf-16") == Sample("größe".encode(), "utf-16", True)
    put("größe".encode())
    assert sample() == Sample("größe".encode(), "utf-8", True)


def test_it_is_whole_when_nothing_follows():
    for length, is_whole in ((MAX_TEXT, True), (MAX_TEXT + 1, False)):
        put(b"a" * length)
        assert sample() == Sample(b"a" * MAX_TEXT, "utf-8", is_whole)


def test_it_is_that_of_the_file_which_was_looked_at_or_of_none():
    put(b"a")
    stored = s3.head(settings.DATA_BUCKET, "a.csv")
    assert stored is not None
    assert sample(etag=stored.etag).text == b"a"
    put(b"b")
    assert sample().text == b"b"
    for code, options in (
        ("object_changed", {"etag": stored.etag}),
        ("object_gone", {"key": "b.csv"}),
    ):
        with pytest.raises(FileError) as raised:
            sample(**options)
        assert raised.value.code == code
