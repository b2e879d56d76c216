"""Texts as they are read from any byte on."""

import gzip
import io

import pytest
import zstandard
from django.conf import settings

from common.aws import s3
from common.aws.clients import s3_client
from common.deadline import Deadline
from ingestion.reading.file_error import FileError
from ingestion.reading.text_source import TextStream, detect_encoding, open_text, read_up_to

CONTENT = bytes(range(250)) * 3000


class Slow(io.RawIOBase):
    """Gives few bytes at a time, and keeps how it was sought in."""

    def __init__(self):
        super().__init__()
        self.content, self.sought = io.BytesIO(CONTENT), []

    def readable(self):
        return True

    def readinto(self, buffer):
        part = self.content.read(min(len(buffer), 100_000))
        buffer[: len(part)] = part
        return len(part)

    def seek(self, offset, whence=io.SEEK_SET):
        self.sought.append((offset, whence))
        return self.content.seek(offset, whence)


def test_so_many_bytes_are_read_as_are_asked_for():
    raw = Slow()
    assert read_up_to(raw, 0) == b""
    assert read_up_to(raw, 1) == CONTENT[:1]
    assert read_up_to(raw, 300_000) == CONTENT[1:300_001]
    assert read_up_to(raw, 10**9) == CONTENT[300_001:]
    assert read_up_to(raw, 5) == b""


def test_what_is_skipped_of_an_object_is_not_read():
    raw = Slow()
    stream = TextStream(raw, is_object=True)
    stream.read(3)
    stream.skip(500_000)
    assert raw.sought == [(500_000, io.SEEK_CUR)]
    assert stream.read(5) == CONTENT[500_003:500_008]


def test_what_is_skipped_of_another_text_is_read_and_no_more():
    for size in (0, 1, 1000, 262_144, 600_000):
        raw = Slow()
        stream = TextStream(raw, is_object=False)
        stream.skip(size)
        assert raw.sought == []
        assert stream.read(5) == CONTENT[size : size + 5]
    stream = TextStream(Slow(), is_object=False)
    stream.skip(10**9)
    assert stream.read(5) == b""


def stored(content, key="a.csv"):
    s3.put(settings.DATA_BUCKET, key, content, "text/csv")
    return s3.head(settings.DATA_BUCKET, key)


@pytest.mark.usefixtures("aws")
def test_only_utf8_that_is_not_compressed_is_read_as_it_lies_in_the_bucket():
    for content, key, encoding, is_object in (
        (b"caf\xe9", "a.csv", "utf-8", True),
        ("café".encode("utf-16"), "b.csv", "utf-16", False),
        (gzip.compress(b"caf\xe9"), "c.csv.gz", "utf-8", False),
    ):
        with open_text(stored(content, key), encoding, Deadline(5)) as text:
            assert text.is_object == is_object
            assert text.read(9) in (b"caf\xe9", "café".encode())


@pytest.mark.usefixtures("aws")
def test_a_small_object_may_unpack_to_more_than_200_times_its_size():
    packed = gzip.compress(b"a,b\n" * 500_000)
    assert 200 * len(packed) < 2_000_000
    with open_text(stored(packed, "a.csv.gz"), "utf-8", Deadline(30)) as text:
        assert len(text.read(2_000_001)) == 2_000_000


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("coding", ["gzip", "zstd", "Zstd"])
@pytest.mark.parametrize("is_packed", [True, False])
def test_an_object_with_a_content_coding_is_unpacked_unless_that_was_done(coding, is_packed):
    pack = gzip.compress if coding == "gzip" else zstandard.ZstdCompressor().compress
    body, bucket = pack(b"a,b\n") if is_packed else b"a,b\n", settings.DATA_BUCKET
    s3_client().put_object(Bucket=bucket, Key="a.csv", Body=body, ContentEncoding=coding)
    with open_text(s3.head(bucket, "a.csv"), "utf-8", Deadline(5)) as text:
        assert (text.read(9), text.is_object) == (b"a,b\n", not is_packed)


@pytest.mark.usefixtures("aws")
def test_a_file_of_another_kind_is_refused_before_its_encoding_is_asked_for():
    for content in (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n", b"\xd0\xcf\x11\xe0\xa1\xb1"):
        with pytest.raises(FileError) as raised:
            detect_encoding(stored(content), "", Deadline(5))
        assert raised.value.code == "not_csv"


def test_sheets_become_utf8_whatever_was_declared():
    sheets = s3.StoredObject("nowhere", "a.xlsx", "", "", 9)
    assert detect_encoding(sheets, "windows-1252", Deadline(0)) == "utf-8"
