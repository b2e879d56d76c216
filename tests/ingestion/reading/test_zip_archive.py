"""Zip archives with one file in them, whole and cut off."""

import io
import zipfile

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.zip_archive import beginning_of_cut_zip, open_zip

TEXT = b"".join(b"%d,roof\n" % number for number in range(2000))


class Pipe(io.BytesIO):
    """A file that cannot be gone back in, so that sizes follow the contents."""

    def tell(self):
        raise OSError


def archive(*names, method=zipfile.ZIP_DEFLATED, made_in=io.BytesIO, extra=b""):
    content = made_in()
    with zipfile.ZipFile(content, "w", method) as made:
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.extra = method, extra
            made.writestr(entry, TEXT)
    return content.getvalue()


def refusal(call, *arguments):
    with pytest.raises(FileError) as raised:
        call(*arguments)
    return raised.value


def changed(content, at, value):
    return content[:at] + value.to_bytes(2, "little") + content[at + 2 :]


def test_the_one_file_is_opened_whatever_systems_put_beside_it():
    systems = ("dir/", "__MACOSX/dir/a.csv", "dir/.DS_Store", "Thumbs.db", "._a.csv")
    for names in (("a.csv",), ("a.csv", *systems), (*systems, "macosx/a.csv")):
        assert open_zip(io.BytesIO(archive(*names))).read() == TEXT


def test_an_archive_with_no_file_or_several_tells_some_of_them():
    assert "holds no file. Put" in str(refusal(open_zip, io.BytesIO(archive("dir/"))))
    names = [f"{number}.csv" for number in range(7)]
    shown = "0.csv, 1.csv, 2.csv, 3.csv, 4.csv"
    for count, told in (
        (5, f"{shown}. Put"),
        (6, f"{shown} and 1 more"),
        (7, f"{shown} and 2 more"),
    ):
        refused = refusal(open_zip, io.BytesIO(archive(*names[:count])))
        assert refused.code == "zip_content"
        assert f"holds {count} files: {told}" in str(refused)


def test_the_beginning_of_an_archive_that_was_cut_off_is_read():
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for names in (("a.csv",), ("dir/", "__MACOSX/._a.csv", "a.csv"), ("a.csv", "b.csv")):
            for extra in (b"", b"\x99\x99\x04\0abcd"):
                packed = archive(*names, method=method, extra=extra)
                begun = beginning_of_cut_zip(packed[: len(packed) - 200], 50)
                assert begun == TEXT[:50]
                assert len(beginning_of_cut_zip(packed, 10_000)) == 10_000


def test_the_beginning_cannot_be_told_of_what_is_no_file_or_has_no_size_yet():
    packed = archive("a.csv")
    for cut in (packed[:4], packed[:29], packed[1:], b"", b"x" * 100, archive("dir/")[:35]):
        assert beginning_of_cut_zip(cut, 50) is None
    assert beginning_of_cut_zip(archive("a.csv", made_in=Pipe), 50) == TEXT[:50]
    assert beginning_of_cut_zip(archive(".DS_Store", "a.csv", made_in=Pipe), 50) is None
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert beginning_of_cut_zip(archive("a.csv", method=method), 1) is None
    start = packed.index(b"a.csv") + 5
    assert beginning_of_cut_zip(packed[:start] + b"\xff" * 100, 50) is None


def test_encrypted_files_and_unknown_methods_are_told_of_both():
    packed = archive("a.csv")
    entry = packed.index(b"PK\x01\x02")  # in the directory
    for at, value, code in ((6, 1, "encrypted_archive"), (8, 9, "archive_method")):
        wrong = changed(changed(packed, at, value), entry + at + 2, value)
        assert refusal(open_zip, io.BytesIO(wrong)).code == code
        assert refusal(beginning_of_cut_zip, wrong[:-200], 50).code == code
