"""Texts as they are read from any byte on."""

import io

from ingestion.reading.text_source import TextStream, read_up_to

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
