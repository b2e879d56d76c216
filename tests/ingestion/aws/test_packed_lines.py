"""Lines of JSON in few bytes."""

import pytest

from ingestion.aws.packed_lines import pack, put, read, unpack

ROWS = [{"b": "ü\ud800\u2028\n", "a": [1, None, "x"]}, "text", 7, [], ""]


def test_lines_are_the_same_after_packing():
    assert [*unpack(pack(ROWS))] == ROWS
    assert [*unpack(pack([]))] == []
    assert [*unpack(pack([{}]))] == [{}]


def test_the_same_rows_have_the_same_content_whatever_the_order_of_their_names():
    assert pack([{"a": 1, "b": 2}]) == pack([{"b": 2, "a": 1}])


def test_the_number_of_bytes_stands_first_and_text_takes_no_more_than_in_utf8():
    assert pack(["größe"]).partition(b"\n")[0] == b"%d" % len('"größe"'.encode())
    assert len(pack([{"a": n} for n in range(1000)])) < 3000


@pytest.mark.usefixtures("aws")
def test_an_object_has_what_was_put_last_and_an_absent_one_nothing(settings):
    bucket = settings.DATA_BUCKET
    assert read(bucket, "_sluice/lines") == []
    for rows in ([1], ROWS):
        put(bucket, "_sluice/lines", pack(rows))
    assert read(bucket, "_sluice/lines") == ROWS
