"""Files in other encodings, and compressed files."""

import bz2
import codecs
import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
import zstandard
from django.conf import settings

from common.aws import s3
from common.aws.clients import s3_client
from ingestion.models import State
from ingestion.reading.encodings import as_utf8, encoding_of
from ingestion.reading.file_error import FileError
from ingestion.rejects import store
from ingestion.running import lifecycle
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


@pytest.mark.parametrize(
    "declared",
    ["idna", "punycode", "unicode_escape", "raw-unicode-escape", "utf-7", "U7", "undefined"],
)
def test_a_codec_that_no_file_has_is_refused(declared):
    refused = refusal(b"", declared)
    assert refused.code == "bad_encoding"
    assert "utf-8" in str(refused)


@pytest.mark.parametrize("declared", ["windows-1252", "utf-16-le", "shift_jis"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_whatever_was_declared(declared, encoding):
    found = encoding_of(TEXT.encode(encoding), declared)
    assert found == encoding.removesuffix("-sig")


@pytest.mark.parametrize("declared", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_utf8_is_not_read_as_the_utf16_that_was_declared(declared):
    refused = refusal(TEXT.encode(), declared)
    assert refused.code == "wrong_encoding"
    assert f"cannot be read as {declared}" in str(refused)
    assert "looks like utf-8" in str(refused)


def test_utf16_without_a_mark_is_read_when_it_was_declared():
    assert encoding_of(TEXT.encode("utf-16-le"), "utf-16") == "utf-16-le"
    assert encoding_of(TEXT.encode("utf-16-be"), "utf-16-be") == "utf-16-be"


def test_utf16_is_not_read_as_the_other_encoding_that_was_declared():
    refused = refusal(TEXT.encode("utf-16-le"), "windows-1252")
    assert refused.code == "wrong_encoding"
    assert "looks like utf-16-le" in str(refused)


def test_a_run_of_nuls_is_no_utf16():
    assert encoding_of((HEADER + line(1)).encode() + bytes(5000)) == "utf-8"


def test_a_codec_that_gives_up_is_a_wrong_file():
    with pytest.raises(FileError, match="which was given as its encoding"):
        as_utf8(io.BytesIO(TEXT.encode()), "utf-16").readall()


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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("half", [0xD800, 0xDC00])
def test_half_a_character_in_utf16_spoils_its_own_line_alone(encoding, half):
    text = f"a\nb{chr(half)}c\nd\n".encode(encoding, "surrogatepass")
    before, spoiled, after = as_utf8(io.BytesIO(text), encoding).readall().splitlines()
    assert (before, after) == (b"a", b"d")
    assert spoiled.startswith(b"b")
    with pytest.raises(UnicodeDecodeError):
        spoiled.decode()


@pytest.mark.parametrize(
    ("encoding", "text"), [("utf-16-le", "a\nb"), ("utf-32-le", "a\nb"), ("shift_jis", "a\n日")]
)
def test_a_character_that_the_end_of_the_file_cuts_off_is_not_lost_silently(encoding, text):
    first, last = as_utf8(io.BytesIO(text.encode(encoding)[:-1]), encoding).readall().split(b"\n")
    assert first == b"a"
    with pytest.raises(UnicodeDecodeError):
        last.decode()


def test_utf8_with_a_spoiled_header_is_not_taken_for_utf8():
    spoiled = b"location,caf\xe9\n" + b"a,b\n" * 100
    assert refusal(spoiled).code == "encoding"


@pytest.mark.parametrize("lines", [9, 10])
def test_one_spoiled_line_in_ten_may_be_an_accident(lines):
    text = b"a,b\n" * (lines - 1) + b"caf\xe9,b\n"
    if lines < 10:
        assert refusal(text).code == "encoding"
    else:
        assert encoding_of(text) == "utf-8"


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

    @pytest.mark.parametrize(
        ("encoding", "code"),
        [("utf-16", "wrong_encoding"), ("idna", "bad_encoding"), ("utf-7", "bad_encoding")],
    )
    def test_metadata_that_names_an_unusable_encoding_fails_the_file(self, encoding, code):
        import_ = run(TEXT, encoding=encoding)
        assert (import_.state, import_.error_code) == (State.FAILED, code)

    def test_rejects_that_were_mended_have_a_mark_against_the_encoding_of_before(self):
        text = (HEADER + line(1, location="Köln") + line(2, location="")).encode("cp1252")
        mended = "".join(store.csv_lines(run(text, encoding="windows-1252")))
        import_ = run(mended.replace(",,", ",Malmö,", 1), "mended.csv", encoding="windows-1252")
        assert counts(import_) == {"read": 1, "written": 1}
        assert {one.values["location"] for one in records()} == {"Köln", "Malmö"}

    def test_nuls_behind_the_last_row_spoil_no_other(self):
        import_ = run((HEADER + lines(3)).encode() + bytes(5000))
        assert counts(import_) == {"read": 4, "written": 3, "rejected": 1}

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


def flagged(archive, *, flags=0, method=zipfile.ZIP_DEFLATED):
    """An archive of one file with other flags and another method, here and in its directory."""
    changed = bytearray(archive)
    for at in (6, archive.index(b"PK\x01\x02") + 8):
        changed[at : at + 4] = flags.to_bytes(2, "little") + method.to_bytes(2, "little")
    return bytes(changed)


def run_coded(content, coding):
    """The import of an object with a content coding."""
    bucket = settings.DATA_BUCKET
    s3_client().put_object(Bucket=bucket, Key="a.csv", Body=content, ContentEncoding=coding)
    tasks = Tasks()
    import_ = lifecycle.start(s3.head(bucket, "a.csv"), tasks)
    tasks.run()
    return import_


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

    @pytest.mark.parametrize(
        "names",
        [[".DS_Store", "Thumbs.db"], ["dir/", "dir/._a.csv"], ["x/__MACOSX/b", "desktop.ini"]],
    )
    def test_the_files_of_systems_do_not_count(self, names):
        import_ = run(zipped(TEXT, *names, "dir/a.csv"), key="file.csv.zip")
        assert counts(import_) == {"read": 5, "written": 5}

    def test_several_files_are_named(self):
        import_ = run(zipped(TEXT, ".DS_Store", "a.csv", "b.csv"), key="file.csv.zip")
        assert "2 files: a.csv, b.csv. Put exactly one" in import_.error_detail

    def test_an_encrypted_archive_is_told(self):
        packed = flagged(zipped(TEXT), flags=1)
        import_ = run(packed, key="file.csv.zip")
        assert import_.error_code == "encrypted_archive"
        assert "without a password" in import_.error_detail

    def test_an_archive_of_an_unknown_method_is_told(self):
        import_ = run(flagged(zipped(TEXT), method=9), key="file.csv.zip")
        assert import_.error_code == "archive_method"
        assert "Deflate" in import_.error_detail

    @pytest.mark.parametrize("inner", [".csv.gz", ".csv.bz2", ".csv.zst"])
    @pytest.mark.parametrize("suffix", PACKERS)
    def test_a_file_that_is_compressed_twice_is_told(self, suffix, inner):
        packed = PACKERS[suffix](PACKERS[inner](TEXT.encode()))
        assert run(packed, key=f"file{suffix}").error_code == "compressed_twice"

    def test_another_compression_than_the_name_says_is_told(self):
        import_ = run(PACKERS[".csv.zst"](TEXT.encode()), key="file.csv.gz")
        assert import_.error_code == "broken_archive"
        assert "compressed as .zst is; give it that ending" in import_.error_detail

    @pytest.mark.parametrize(("coding", "suffix"), [("gzip", ".csv.gz"), ("zstd", ".csv.zst")])
    def test_a_content_coding_is_undone(self, coding, suffix):
        import_ = run_coded(PACKERS[suffix](TEXT.encode()), coding)
        assert counts(import_) == {"read": 5, "written": 5}

    def test_a_content_coding_that_is_not_there_is_ignored(self):
        assert counts(run_coded(TEXT.encode(), "gzip")) == {"read": 5, "written": 5}

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
        assert (import_.state, import_.error_code) == (State.FAILED, "object_gone")
        assert counts(import_) == {}
        assert records() == []


def test_a_mark_is_no_part_of_the_text():
    assert codecs.BOM_UTF16_LE not in as_utf8(io.BytesIO(TEXT.encode("utf-16")), "utf-16").readall()
