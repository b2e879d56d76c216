"""A stream over an object that survives what connections do, and never mixes two contents."""

import io

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from common.aws.s3 import StoredObject
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.reading.file_error import FileError
from ingestion.reading.object_reader import ObjectReader

CONTENT = bytes(range(200))


class Body(io.BytesIO):
    """What an answer has; ``breaks`` is raised, or it ends, behind some bytes."""

    def __init__(self, content, breaks_at, breaks):
        super().__init__(content)
        self.breaks_at, self.breaks = breaks_at, breaks

    def read(self, size=-1):
        if self.breaks_at is not None and self.tell() >= self.breaks_at:
            if isinstance(self.breaks, BaseException):
                raise self.breaks
            return b""
        return super().read(size if self.breaks_at is None else min(size, self.breaks_at))


class Bucket:
    """Answers requests for one object, and keeps them. ``errors`` are those of the next requests:
    codes of S3; ``bodies`` say how the next answers break off."""

    def __init__(self, *errors, bodies=(), gives_ranges=True):
        self.errors, self.bodies, self.gives_ranges = [*errors], [*bodies], gives_ranges
        self.asked, self.given = [], []

    def get_object(self, Range, **which):  # noqa: N803
        self.asked.append((Range, which.get("IfMatch"), which.get("VersionId")))
        code = self.errors.pop(0) if self.errors else ""
        if code:
            raise ClientError({"Error": {"Code": code}}, "GetObject")
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        part = CONTENT[first : last + 1] if self.gives_ranges else CONTENT
        body = Body(part, *(self.bodies.pop(0) if self.bodies else (None, None)))
        self.given.append(body)
        return {"Body": body} | ({"ContentRange": "bytes"} if self.gives_ranges else {})


def reader(bucket, *, end=None, version="", seconds=5):
    stored = StoredObject("data", "a.csv", version, "the-tag", len(CONTENT))
    return ObjectReader(stored, Deadline(seconds), end, lambda: bucket)


def test_a_stream_is_read_by_one_request_and_closes_its_answer():
    bucket = Bucket()
    with reader(bucket) as stream:
        assert (stream.readable(), stream.seekable(), stream.tell()) == (True, True, 0)
        assert stream.read(5) == CONTENT[:5]
        assert stream.tell() == 5
        assert stream.read(1000) == CONTENT[5:]
        assert stream.read(10) == b""
        assert bucket.asked == [("bytes=0-199", '"the-tag"', None)]
        assert not bucket.given[0].closed
    assert stream.closed
    assert bucket.given[0].closed


def test_a_stream_can_be_read_from_any_byte_to_an_end():
    bucket = Bucket()
    stream = reader(bucket, end=101)
    assert stream.seek(100) == 100
    assert stream.read(10) == CONTENT[100:101]
    assert stream.read(10) == b""
    assert stream.seek(-91, io.SEEK_CUR) == 10
    assert stream.read(2) == CONTENT[10:12]
    assert stream.seek(-1, io.SEEK_END) == stream.tell() == 100
    assert stream.read(1) == CONTENT[100:101]
    assert [asked[0] for asked in bucket.asked] == [
        "bytes=100-100",
        "bytes=10-100",
        "bytes=100-100",
    ]
    assert [body.closed for body in bucket.given] == [True, True, False]


def test_a_seek_to_where_it_is_asks_for_nothing():
    bucket = Bucket()
    stream = reader(bucket)
    stream.read(3)
    assert stream.seek(3) == stream.seek(0, io.SEEK_CUR) == 3
    assert stream.read(3) == CONTENT[3:6]
    assert len(bucket.asked) == 1


@pytest.mark.parametrize("breaks", [None, OSError(), ReadTimeoutError(endpoint_url="s3")])
def test_an_answer_that_breaks_off_is_asked_for_again_from_there(breaks):
    bucket = Bucket(bodies=[(50, breaks)])
    assert reader(bucket).readall() == CONTENT
    assert [asked[0] for asked in bucket.asked] == ["bytes=0-199", "bytes=50-199"]
    assert bucket.given[0].closed


def test_a_request_that_fails_in_passing_is_made_again():
    bucket = Bucket("SlowDown")
    assert reader(bucket).readall() == CONTENT
    assert len(bucket.asked) == 2


def test_when_the_time_is_over_the_failure_is_told():
    for broken in ({"bodies": [(0, None)] * 9}, {"bodies": [(0, OSError())] * 9}):
        with pytest.raises(ServiceError) as raised:
            reader(Bucket(**broken), seconds=-1).read(5)
        assert not raised.value.permanent
    bucket = Bucket("AccessDenied")
    with pytest.raises(ServiceError) as raised:
        reader(bucket).read(5)
    assert raised.value.permanent
    assert len(bucket.asked) == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("PreconditionFailed", "object_changed"),
        ("412", "object_changed"),
        ("NoSuchKey", "object_gone"),
        ("404", "object_gone"),
    ],
)
def test_an_object_that_changed_or_is_gone_is_read_by_its_version_or_told(code, told):
    with pytest.raises(FileError) as raised:
        reader(Bucket(code)).read(5)
    assert raised.value.code == told
    assert "The object a.csv " in str(raised.value)
    bucket = Bucket(code)
    assert reader(bucket, version="v1").readall() == CONTENT
    assert [asked[1:] for asked in bucket.asked] == [('"the-tag"', None), (None, "v1")]
    with pytest.raises(FileError):
        reader(Bucket(code, "NoSuchVersion"), version="v1").read(5)


def test_an_answer_that_is_no_range_is_read_from_the_position_on():
    for position in (0, 1, 100, 199):
        stream = reader(Bucket(gives_ranges=False))
        stream.seek(position)
        assert stream.readall() == CONTENT[position:]
