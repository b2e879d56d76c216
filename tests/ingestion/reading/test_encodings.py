"""Files in other encodings, and compressed files."""

import bz2
import codecs
import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from common.aws import s3_client
from ingestion.models import State
from ingestion.reading.decompress import unpacked
from ingestion.reading.encodings import as_utf8, encoding_of
from ingestion.reading.file_error import FileError
from ingestion.rejects import store
from tests.ingestion.helpers import (
    HEADER,
    Tasks,
    averages,
    counts,
    line,
    lines,
    records,
    run,
    start,
)

TEXT = HEADER + "".join(line(number, location="Köln") for number in range(5))


def refusal(*arguments):
    with pytest.raises(FileError) as caught:
        encoding_of(*arguments)
    return caught.value


@pytest.mark.parametrize("text", [b"", b"plain", "Köln".encode(), "\ufeffKöln".encode()])
def test_utf8_is_known(text):
    assert encoding_of(text) == "utf-8"


def test_utf8_that_ends_amid_a_character_is_utf8():
    assert encoding_of("Köln €".encode()[:-1]) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_encoding_with_a_mark_is_known(encoding):
    assert encoding_of(TEXT.encode(encoding)) == encoding


def test_another_encoding_is_named_as_a_guess_and_not_taken():
    refused = refusal(TEXT.encode("cp1252"))
    assert refused.code == "encoding"
    assert "windows-1252" in str(refused)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_named(encoding):
    assert encoding in str(refusal(TEXT.encode(encoding)))


def test_few_broken_lines_are_an_accident_in_utf8():
    text = (HEADER + lines(40)).encode() + line(1, location="x").encode().replace(b"x", b"\xe9")
    assert encoding_of(text) == "utf-8"


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("windows-1252", "cp1252"),
        ("UTF8", "utf-8"),
        ("ascii", "utf-8"),
        ("utf-8-sig", "utf-8"),
    ],
)
def test_a_declared_encoding_is_taken(declared, found):
    assert encoding_of(b"\xe9", declared) == found


@pytest.mark.parametrize("declared", ["klingon", "base64", "rot13", "a\0b", "hex"])
def test_a_declared_encoding_that_is_none_is_refused(declared):
    assert refusal(b"", declared).code == "bad_encoding"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-32", "shift_jis", "utf-16-le"])
@pytest.mark.parametrize("block", [1, 3, 1000])
def test_text_is_the_same_in_utf8_wherever_it_is_cut(encoding, block):
    text = "a,ü\r\n" if encoding != "shift_jis" else "a,日本\r\n"
    stream = io.BytesIO((text * 50).encode(encoding))
    raw = as_utf8(
        type("Few", (), {"read": lambda _, size: stream.read(min(size, block))})(), encoding
    )
    assert raw.readall() == (text * 50).encode()


def test_what_cannot_be_decoded_becomes_a_byte_that_is_no_utf8():
    spoiled = as_utf8(io.BytesIO(b"a\x81b\nc\n"), "cp1252").readall()
    assert spoiled.count(b"\n") == 2
    with pytest.raises(UnicodeDecodeError):
        spoiled.decode()


pipeline = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


class TestPipeline:
    pytestmark = pipeline

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
    def test_a_file_with_a_mark_is_imported(self, settings, encoding):
        settings.CHUNK_BYTES = 100
        import_ = run(TEXT.encode(encoding))
        assert counts(import_) == {"read": 5, "written": 5}
        assert {one.values["location"] for one in records()} == {"Köln"}
        assert [one.origin.line for one in records()] == [2, 3, 4, 5, 6]

    def test_the_metadata_encoding_decides(self):
        import_ = run(TEXT.encode("cp1252"), encoding="windows-1252")
        assert counts(import_) == {"read": 5, "written": 5}
        assert records()[0].values["location"] == "Köln"

    def test_a_file_of_unknown_encoding_fails_with_a_guess(self):
        import_ = run(TEXT.encode("cp1252"))
        assert (import_.state, import_.error_code) == (State.FAILED, "encoding")
        assert records() == []

    def test_a_row_that_cannot_be_decoded_is_a_reject(self):
        text = TEXT.encode("cp1252").replace(b"K\xf6ln", b"K\x81ln", 1)
        import_ = run(text, encoding="cp1252")
        assert counts(import_) == {"read": 5, "written": 4, "rejected": 1}
        (reject,) = store.stored(import_)
        assert (reject.line, reject.faults[0].code) == (2, "bad_encoding")


def zipped(text, *names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ["file.csv"]:
            archive.writestr(name, text)
    return content.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".csv.gz": gzip.compress,
    ".csv.bz2": bz2.compress,
    ".csv.zst": zstandard.ZstdCompressor().compress,
    ".csv.zip": zipped,
    ".CSV.GZ": gzip.compress,
}


class TestPacked:
    pytestmark = pipeline

    @pytest.mark.parametrize("suffix", PACKERS)
    def test_a_compressed_file_is_imported(self, settings, suffix):
        settings.CHUNK_BYTES = 100
        import_ = run(PACKERS[suffix](TEXT.encode()), key=f"file{suffix}")
        assert counts(import_) == {"read": 5, "written": 5}
        assert [one.origin.line for one in records()] == [2, 3, 4, 5, 6]

    @pytest.mark.parametrize("suffix", [".csv.gz", ".csv.bz2", ".csv.zst"])
    def test_files_packed_one_behind_the_other_are_one_file(self, suffix):
        pack = PACKERS[suffix]
        import_ = run(pack(HEADER.encode()) + pack(lines(3).encode()), key=f"file{suffix}")
        assert counts(import_) == {"read": 3, "written": 3}

    def test_frames_that_zstd_tools_add_are_passed_over(self):
        extra = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
        import_ = run(extra + PACKERS[".csv.zst"](TEXT.encode()) + extra, key="file.csv.zst")
        assert counts(import_) == {"read": 5, "written": 5}

    @pytest.mark.parametrize("suffix", PACKERS)
    def test_a_file_that_was_cut_off_fails_as_broken(self, suffix):
        packed = PACKERS[suffix]((HEADER + lines(9000)).encode())
        import_ = run(packed[: len(packed) * 9 // 10], key=f"file{suffix}")
        assert (import_.state, import_.error_code) == (State.FAILED, "broken_archive")

    @pytest.mark.parametrize("suffix", PACKERS)
    def test_a_file_that_is_not_compressed_fails_as_broken(self, suffix):
        assert run(TEXT, key=f"file{suffix}").error_code == "broken_archive"

    @pytest.mark.parametrize("names", [["a.csv", "b.csv"], ["directory/"]])
    def test_an_archive_of_several_files_or_none_is_refused(self, names):
        import_ = run(zipped("" if names == ["directory/"] else TEXT, *names), key="file.csv.zip")
        assert import_.error_code == "zip_content"

    def test_what_a_mac_adds_to_an_archive_does_not_count(self):
        import_ = run(zipped(TEXT, "a.csv", "__MACOSX/._a.csv"), key="file.csv.zip")
        assert counts(import_) == {"read": 5, "written": 5}

    def test_a_compressed_file_of_another_encoding_is_imported(self):
        import_ = run(gzip.compress(TEXT.encode("utf-16")), key="file.csv.gz")
        assert counts(import_) == {"read": 5, "written": 5}

    def test_a_plan_of_a_compressed_file_goes_on_where_it_was(self, settings):
        settings.CHUNK_BYTES = 64
        tasks = Tasks()
        import_ = start(gzip.compress((HEADER + lines(40)).encode()), tasks, key="file.csv.gz")
        tasks.run_one(seconds=0)
        tasks.run()
        assert counts(import_) == {"read": 40, "written": 40}
        assert averages() == list(range(40))

    def test_the_text_of_a_chunk_that_is_gone_is_a_failure_and_no_loss(self):
        tasks = Tasks()
        import_ = start(gzip.compress(TEXT.encode()), tasks, key="file.csv.gz")
        tasks.run_one()
        s3_client().delete_object(Bucket=import_.bucket, Key=import_.chunks.get().staged_key)
        tasks.run()
        import_.refresh_from_db()
        assert import_.state == State.FAILED

    def test_a_small_file_that_unpacks_to_far_too_much_fails(self):
        packed = gzip.compress(bytes(300 * 1024 * 1024), 1)
        content = unpacked("file.csv.gz", io.BytesIO(packed), 1000)
        with pytest.raises(FileError) as caught:
            content.readall()
        assert caught.value.code == "unpacks_too_large"


def test_a_mark_is_no_part_of_the_text():
    assert codecs.BOM_UTF16_LE not in as_utf8(io.BytesIO(TEXT.encode("utf-16")), "utf-16").readall()
