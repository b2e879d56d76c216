"""The text at the beginning of a file of which only the first bytes are at hand."""

import gzip
import io
import random
import zipfile

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.sample import Sample, sample_of
from tests.ingestion.reading.formats.sheets.workbooks import xlsx

CHANCE = random.Random(1)
# It hardly becomes smaller.
TEXT = b"".join(b"%d,roof\n" % CHANCE.randrange(10**15) for _ in range(2000))


def sample(name, content, *, is_whole=True, encoding="", maximum=1000):
    return sample_of(name, content, is_whole=is_whole, encoding=encoding, maximum=maximum)


def refusal(*arguments, **options):
    with pytest.raises(FileError) as raised:
        sample(*arguments, **options)
    return raised.value.code


def zipped(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    return content.getvalue()


def test_a_text_is_whole_where_all_of_it_is_at_hand_and_shown():
    for length, is_all in ((999, True), (1000, True), (1001, False), (5000, False)):
        text = TEXT[:length]
        found = Sample(text[:1000], "utf-8", is_all)
        assert sample("a.csv", text) == found
        assert sample("a.csv.gz", gzip.compress(text)) == found
        assert sample("a.csv.zip", zipped(text)) == found
    assert not sample("a.csv.gz", gzip.compress(TEXT[:2049]), maximum=2048).is_whole
    assert sample("a.csv", b"a,b\n", is_whole=False) == Sample(b"a,b\n", "utf-8", False)


def test_what_a_compressed_file_begins_with_is_unpacked():
    for name, pack in (("a.csv.gz", gzip.compress), ("a.csv.zip", zipped)):
        found = sample(name, pack(TEXT)[:5000], is_whole=False)
        assert found == Sample(TEXT[:1000], "utf-8", False)
        assert refusal(name, pack(TEXT)[:12], is_whole=False) == "too_little"
    assert not sample("a.csv.gz", gzip.compress(b"a,b\n"), is_whole=False).is_whole
    assert sample("a.csv.gz", gzip.compress(b"")).text == b""


def test_a_small_file_may_unpack_to_more_than_200_times_its_size():
    packed = gzip.compress(b"a,b\n" * 500_000)
    assert 200 * len(packed) < 2_000_000
    found = sample("a.csv.gz", packed, maximum=3_000_000)
    assert (len(found.text), found.is_whole) == (2_000_000, True)


def test_what_is_wrong_is_told_as_the_import_would():
    assert refusal("a.csv.gz", gzip.compress(TEXT[:900])[:-9]) == "broken_archive"
    for is_whole in (True, False):
        assert refusal("a.csv.gz", b"a,b\n", is_whole=is_whole) == "broken_archive"
    assert refusal("a.csv.gz", gzip.compress(gzip.compress(TEXT))) == "compressed_twice"
    assert refusal("a.csv", b"%PDF-1.7") == "not_csv"
    assert refusal("a.csv", b"a,b\n", encoding="klingon") == "bad_encoding"


def test_text_of_another_encoding_is_shown_as_utf8():
    text = "Zeit,Größe\n"
    assert sample("a.csv", text.encode("utf-16")) == Sample(text.encode(), "utf-16", True)
    found = sample("a.csv", text.encode("cp1252"), encoding="windows-1252")
    assert found == Sample(text.encode(), "cp1252", True)
    assert sample("a.csv", b"", encoding="windows-1252").text == b""


def test_a_spreadsheet_has_no_encoding_that_could_be_said():
    found = sample("a.xlsx", xlsx(One=[["Größe", "b"]]), encoding="windows-1252")
    assert found == Sample("Größe,b\n".encode(), "utf-8", True)
