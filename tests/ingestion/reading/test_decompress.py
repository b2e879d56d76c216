"""Compressed files, and how much may come out of them."""

import bz2
import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from ingestion.reading.decompress import check_packing, most_unpacked, packing_of, unpacked
from ingestion.reading.file_error import FileError

MIB = 1024 * 1024


def zipped(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("file.csv", text)
    return content.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "a.csv.gz": gzip.compress,
    "a.csv.bz2": bz2.compress,
    "a.csv.zst": zstandard.compress,
    "a.CSV.ZIP": zipped,
}


def opened(name, packed, maximum=MIB):
    return unpacked(name, io.BytesIO(packed), maximum)


def refusal(call, *arguments):
    with pytest.raises(FileError) as raised:
        call(*arguments)
    return raised.value


def test_any_file_may_unpack_to_a_quarter_of_a_gibibyte_and_large_ones_to_200_times_their_size():
    assert most_unpacked(0) == most_unpacked(1_342_177) == 256 * MIB
    assert most_unpacked(2 * MIB) == 400 * MIB


def test_a_file_that_unpacks_to_more_than_it_may_fails():
    for name, pack in PACKERS.items():
        packed = pack(bytes(100_000))
        assert opened(name, packed, 100_000).readall() == bytes(100_000)
        refused = refusal(opened(name, packed, 99_999).readall)
        assert refused.code == "unpacks_too_large"
        assert "more than 99,999 bytes, over 200 times its size" in str(refused)


def test_what_comes_out_can_be_buffered_and_is_closed():
    for name, pack in PACKERS.items():
        content = opened(name, pack(b"a,b\n1,2\n"))
        with io.BufferedReader(content) as lines:
            assert [*lines] == [b"a,b\n", b"1,2\n"]
        assert content.closed


def test_a_file_that_was_cut_off_is_told_with_what_is_wrong():
    for name, words in (("a.csv.gz", "ended before"), ("a.csv.zst", "ends within a frame")):
        cut = PACKERS[name](bytes(range(256)) * 100)[:-9]
        refused = refusal(opened(name, cut).readall)
        assert refused.code == "broken_archive"
        assert words in str(refused)


def test_a_frame_that_asks_for_too_much_memory_is_refused():
    def frame(window):  # https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2
        last_raw_block_of_a_byte = (1 << 3 | 1).to_bytes(3, "little")
        return b"\x28\xb5\x2f\xfd\0" + bytes([window]) + last_raw_block_of_a_byte + b"a"

    assert opened("a.csv.zst", frame(17 << 3)).readall() == b"a"  # 128 MiB
    assert refusal(opened("a.csv.zst", frame(17 << 3 | 1)).readall).code == "broken_archive"


def test_how_a_file_is_compressed_is_told_by_how_it_begins():
    for name, pack in PACKERS.items():
        assert packing_of(pack(b"a")) == name.lower().rpartition(".")[2]
    assert packing_of(b"PK\x05\x06") == "zip"
    for first in range(256):
        is_passed_over = 0x50 <= first <= 0x5F  # a frame that holds no content
        assert packing_of(bytes([first]) + b"\x2a\x4d\x18") == ("zst" if is_passed_over else "")
    assert packing_of(b"a,b") == ""


def test_a_file_is_compressed_as_its_name_says():
    for name, pack in PACKERS.items():
        packed = pack(b"a")
        for length in range(6):  # of which only the first bytes are there
            check_packing(name, packed[:length])
    assert "it is not compressed" in str(refusal(opened, "a.csv.gz", b"a,b\n"))
    told = str(refusal(check_packing, "a.csv.gz", bz2.compress(b"a")))
    assert "ends in .gz, but it is compressed as .bz2 is; give it that ending" in told
    told = str(refusal(check_packing, "a.csv.gz", b"a,b\n"))
    assert "it is not compressed. Name it .csv" in told
