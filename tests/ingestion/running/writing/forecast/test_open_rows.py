"""Rows that others of their file may share a key with, as a chunk keeps them in the bucket."""

import pytest

from common.aws.clients import s3_client
from ingestion.models import Chunk, Import
from ingestion.reading.file_error import FileError
from ingestion.running.writing.forecast import open_rows
from messages_app.store.looking.comparing import Content

pytestmark = pytest.mark.usefixtures("aws")

FIRST, MIDDLE, LAST = ("2019-05-28", "10:00"), ("2019-05-28", "10:00:05"), ("2019-05-29", "09:00")
FOUND = {
    LAST: [Content("dd", 7, is_conflict_copy=True)],
    MIDDLE: [Content("cc", 4, is_there=True, count=12)],
    FIRST: [Content("bb", 10), Content("aa", 2, is_conflict_copy=True, is_there=True, count=3)],
}
IN_ORDER = [
    (FIRST, FOUND[FIRST][1]),
    (FIRST, FOUND[FIRST][0]),
    (MIDDLE, FOUND[MIDDLE][0]),
    (LAST, FOUND[LAST][0]),
]


@pytest.fixture
def chunk(settings):
    return Chunk(number=3, import_record=Import(bucket=settings.DATA_BUCKET))


def stored(chunk):
    kept = open_rows.store(chunk, FOUND)
    assert kept is not None
    return kept


def test_nothing_is_kept_of_no_rows(chunk):
    assert open_rows.store(chunk, {}) is None


@pytest.mark.parametrize("page", [1000, 60, 41])
def test_they_are_read_in_the_order_of_their_keys_and_lines(chunk, page):
    kept = stored(chunk)
    assert (kept["first"], kept["last"]) == ("\t".join(FIRST), "\t".join(LAST))
    found = list(open_rows.read(chunk, kept["bytes"], 0, page))
    assert [open_rows.parsed(line) for line, _ in found] == IN_ORDER
    assert [open_rows.key_part(line).decode() for line, _ in found] == [
        "\t".join(key) for key, _ in IN_ORDER
    ]
    assert found[-1][1] == kept["bytes"]
    for number, (_, place) in enumerate(found, 1):
        assert list(open_rows.read(chunk, kept["bytes"], place, page)) == found[number:]


def test_what_was_deleted_from_the_bucket_ends_the_forecast(chunk, settings):
    kept = stored(chunk)
    for one in s3_client().list_objects_v2(Bucket=settings.DATA_BUCKET)["Contents"]:
        s3_client().delete_object(Bucket=settings.DATA_BUCKET, Key=one["Key"])
    with pytest.raises(FileError) as error:
        list(open_rows.read(chunk, kept["bytes"], 0, 1000))
    assert error.value.code == "forecast_expired"
