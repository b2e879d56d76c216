"""How the encoding of a file is told from its first bytes, at the edges of each rule."""

import io

import pytest

from ingestion.reading.encodings import as_utf8, encoding_of
from ingestion.reading.file_error import FileError

HEADER = "timestamp,location,source\n"


def refusal(beginning, declared=""):
    with pytest.raises(FileError) as raised:
        encoding_of(beginning, declared)
    return raised.value


def is_wide(text, encoding="utf-16-le"):
    """Whether text without a mark is taken for UTF-16, where that was declared."""
    try:
        return encoding_of(text.encode(encoding), "utf-16") == encoding
    except FileError:
        return False


def test_one_spoiled_line_in_ten_is_an_accident_and_more_are_not():
    spoiled = b"caf\xe9,b\n"
    assert encoding_of(b"a,b\n" * 9 + spoiled) == "utf-8"
    assert refusal(b"a,b\n" * 8 + spoiled).code == "encoding"


def test_characters_of_several_bytes_that_are_right_tell_utf8_but_not_where_the_header_is_spoiled():
    right, spoiled = "Köln\n".encode(), b"caf\xe9\n"
    assert encoding_of(b"a\n" + right + spoiled * 5) == "utf-8"
    assert refusal(spoiled + right).code == "encoding"
    assert encoding_of("Köln €".encode()[:-1]) == "utf-8"


def test_most_characters_of_utf16_are_of_ascii():
    for encoding in ("utf-16-le", "utf-16-be"):
        assert is_wide(HEADER, encoding)
        assert is_wide("aaaaaaaaaж", encoding)
        assert not is_wide("aaaaaaaaжж", encoding)
        assert refusal(HEADER.encode(encoding)).code == "encoding"
    assert f"looks like {encoding}" in str(refusal(HEADER.encode(encoding), "windows-1252"))


def test_a_file_of_nuls_is_no_utf16():
    assert is_wide("aaaaaaaaa\0")
    assert not is_wide("aaaaaaaa\0\0")
    assert not is_wide("\0" * 600)
    # Only the first 1,024 bytes are looked at.
    assert is_wide("\0" * 102 + "a" * 410 + "\0" * 100)
    assert encoding_of(b"a,b\n" * 200 + bytes(5000)) == "utf-8"


def test_utf16_that_was_declared_has_nuls_in_its_header():
    assert encoding_of("a,ж\n".encode("utf-16-be"), "utf-16-be") == "utf-16-be"
    assert encoding_of(b"", "utf-16-le") == "utf-16-le"
    assert encoding_of("a\n".encode("utf-32-le"), "utf-32-le") == "utf-32-le"
    late = ("ж" * 512 + "a").encode("utf-16-be")
    assert refusal(late, "utf-16-be").code == "wrong_encoding"


def test_what_was_declared_wrongly_is_told_with_what_it_looks_like():
    for declared in ("utf-16", "utf-16-le", "utf-32"):
        assert "It looks like utf-8: name that, or none" in str(refusal(b"a,b\n", declared))
        assert "Name the one that it has, or none" in str(refusal(b"caf\xe9\n", declared))
    assert "Name the one that it has" in str(refusal(b"a\0b,c\n", "utf-32"))


def test_what_is_no_encoding_of_text_is_refused():
    for declared in ("klingon", "base64", "hex", "rot13", "a\0b"):
        assert "is not known" in str(refusal(b"", declared))
    assert "is not an encoding of files" in str(refusal(b"", "utf-7"))
    assert f"The encoding {'x' * 40!r} is not known" in str(refusal(b"", "x" * 50))


def test_an_encoding_is_guessed_by_the_name_that_can_be_declared():
    texts = {
        "windows-1252": ("Größe,Temperatur\nKöln,café\nMünchen,Zürich\n", "cp1252"),
        "windows-1250": ("Łódź\n", "cp1250"),
        "windows-1251": ("Время,Место,Значение\nМосква,улица,дом\n", "cp1251"),  # noqa: RUF001
        "shift-jis": ("時刻,場所,温度\n東京,大阪,名古屋\n日本語の文章です\n", "shift_jis"),
    }
    for guess, (text, encoding) in texts.items():
        # However few of its lines tell.
        for rows in ("", "1559040909,roof,wireless\n" * 600):
            refused = refusal((text + rows).encode(encoding))
            assert f"it looks like {guess}. Save" in str(refused)
            assert f"send encoding={guess} to the API" in str(refused)
        assert encoding_of(text.encode(encoding), guess) == encoding


def test_where_nothing_can_be_guessed_an_example_is_named():
    refused = refusal(bytes(range(128, 256)) * 4)
    assert "its encoding cannot be guessed. Save" in str(refused)
    assert "send encoding=windows-1252 to the API" in str(refused)


def test_text_of_another_encoding_can_be_buffered():
    raw = io.BytesIO("Größe\nb\n".encode("cp1252"))
    assert [*io.BufferedReader(as_utf8(raw, "cp1252"))] == ["Größe\n".encode(), b"b\n"]
