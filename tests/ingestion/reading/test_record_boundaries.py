"""Where records end: whatever the slices and blocks, the rows are those of the whole text."""

import io
import tracemalloc

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingestion.reading.csv_records import csv_reader
from ingestion.reading.record_boundaries import (
    FAULTY_SHOWN,
    QUOTE_NOT_CLOSED,
    RECORD_TOO_LONG,
    BoundaryFinder,
    Limits,
    count_lines,
)

PIECES = [
    *(b'"', b'""', b",", b";", b"\n", b"\r", b"\r\n", b"a", b"bc", b" ", "ü".encode()),
    *(b'"a,b"', b'"\r\n"', b',"', b' "a,\n"', b' "', b"\0", b"\xff"),
]
pieces = st.lists(st.sampled_from(PIECES) | st.binary(min_size=1, max_size=2), min_size=1)
texts = pieces.map(b"".join)
sizes = st.integers(1, 40)
blocks = st.sampled_from([1, 2, 3, 7, 50])
many = settings(max_examples=200, deadline=None)


def few_at_a_time(text, block):
    stream = io.BytesIO(text)
    return lambda size: stream.read(min(size, block))


def cut(text, size=64, block=1 << 20, delimiter=",", **start):
    return list(BoundaryFinder(few_at_a_time(text, block), delimiter, size, **start).slices())


def few(text, block=5):
    """Slices of few bytes, with limits of few."""
    limits = Limits(block=block, record=40, lookahead=64)
    return cut(text, 20, block, limits=limits)


def lines_of(text):
    """As a file of the csv reader: bytes that are no text stay apart."""
    return io.StringIO(text.decode("utf-8", "surrogateescape"), newline="")


def parse(text, delimiter=","):
    """What the csv reader makes of a text: its records, each with the lines read so far."""
    reader = csv_reader(lines_of(text), delimiter)
    return [(cells, reader.line_num) for cells in reader]


def records(text, delimiter=","):
    return [cells for cells, _ in parse(text, delimiter)]


def all_quotes_close(text, delimiter=","):
    """Whether a further line would be a record of its own."""
    return records(text + b"\nfurther", delimiter)[-1] == ["further"]


def closed(text, delimiter=","):
    """The same text, or one in which a quote more closes the one that did not."""
    text = text if all_quotes_close(text, delimiter) else text + b'"'
    assume(all_quotes_close(text, delimiter))
    return text


def unclosed(text, rest):
    """The same text, or one with a quote behind it that does not close in the rest."""
    return text + b'\n"' + rest.replace(b'"', b"") if all_quotes_close(text) else text


def assert_gapless(slices, text):
    """Each slice begins where the one before ended, in bytes and in lines."""
    position, line = 0, 1
    for piece in slices:
        assert (piece.start, piece.first_line) == (position, line)
        assert piece.lines == len(lines_of(text[position : piece.end]).readlines())
        position, line = piece.end, line + piece.lines
    assert position == len(text)


@many
@given(texts, sizes, blocks, st.sampled_from([",", ";"]))
def test_slices_are_gapless_and_parse_as_the_whole_text_does(text, size, block, delimiter):
    text = closed(text, delimiter)
    slices = cut(text, size, block, delimiter)
    assert_gapless(slices, text)
    assert not any(piece.fault for piece in slices)
    assert all(piece.text == text[piece.start : piece.end] for piece in slices)
    parsed = [
        (cells, piece.first_line - 1 + lines)
        for piece in slices
        for cells, lines in parse(piece.text, delimiter)
    ]
    assert parsed == parse(text, delimiter)


@many
@given(texts, sizes, blocks)
def test_slices_are_no_longer_than_asked_for_unless_a_record_is(text, size, block):
    text = closed(text)
    for piece in cut(text, size, block):
        is_one_record = len(records(piece.text)) == 1
        assert is_one_record or len(piece.text.removesuffix(b"\n")) <= size


@many
@given(texts, texts, sizes, blocks)
def test_a_quote_that_never_closes_spoils_no_record_before_it(text, rest, size, block):
    text = unclosed(text, rest)
    slices = cut(text, size, block)
    assert_gapless(slices, text)
    fault = next(piece for piece in slices if piece.fault)
    assert fault.fault == QUOTE_NOT_CLOSED
    before = [
        cells for piece in slices if piece.end <= fault.start for cells in records(piece.text)
    ]
    assert before == records(text)[:-1]


@pytest.mark.parametrize("size", [8, 64, 4096])
def test_the_rows_after_the_line_of_an_unclosed_quote_stand(size):
    text = b'a,b\nc,"d\ne,f\ng,h\n'
    slices = cut(text, size)
    (fault,) = [piece for piece in slices if piece.fault]
    assert (fault.first_line, fault.fault_line, fault.lines) == (2, 2, 1)
    good = [cells for piece in slices if not piece.fault for cells in records(piece.text)]
    assert good == [["a", "b"], ["e", "f"], ["g", "h"]]


def test_the_line_of_an_unclosed_quote_is_named_within_a_record_of_several_lines():
    (fault,) = [piece for piece in cut(b'a,b\n"c\nd","e\nf,g\n') if piece.fault]
    assert (fault.first_line, fault.fault_line) == (2, 3)
    assert fault.text == b'"c\nd","e\n'


def test_a_quote_in_the_last_line_that_never_closes_takes_the_rest():
    *_, last = cut(b'a,b\nc,"d')
    assert (last.fault, last.start, last.end) == (QUOTE_NOT_CLOSED, 4, 8)


def test_a_quote_within_a_field_opens_nothing():
    assert [piece.text for piece in cut(b'a,5" pipe\nc,d\n')] == [b'a,5" pipe\nc,d\n']


def test_a_delimiter_of_another_file_does_not_open_quotes():
    text = b'a;"b\nc;d\n'
    assert not any(piece.fault for piece in cut(text, delimiter=","))
    assert any(piece.fault for piece in cut(text, delimiter=";"))


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("block", [1, 2, 3])
def test_every_line_end_counts_once_wherever_blocks_are_cut(end, size, block):
    text = end.join([b"a,b", b"c,d", b"", b"e,f"]) + end
    slices = cut(text, size, block)
    assert_gapless(slices, text)
    assert sum(piece.lines for piece in slices) == 4


def test_a_last_line_without_an_end_is_a_line():
    (piece,) = cut(b"a,b\nc,d")
    assert (piece.lines, piece.text) == (2, b"a,b\nc,d")


def test_an_empty_text_has_no_slices():
    assert cut(b"") == []


def test_slices_go_on_from_a_given_byte_and_line():
    (piece,) = cut(b"c,d\n", position=100, line=7)
    assert (piece.start, piece.end, piece.first_line) == (100, 104, 7)


def test_a_record_that_is_longer_than_a_slice_is_one_of_its_own():
    for long in (b"x" * 39 + b"\n", b'"' + b"x\n" * 18 + b'",\n', b"x" * 38 + b"\r\n"):
        slices = few(b"a\n" + long + b"b\n")
        assert [(piece.text, piece.fault) for piece in slices] == [
            (b"a\n", ""),
            (long, ""),
            (b"b\n", ""),
        ]
    first, last = few(b"a\n" + b"x" * 30)
    assert (first.text, last.text, last.fault) == (b"a\n", b"x" * 30, "")


def test_a_longer_record_is_faulty_and_its_neighbours_are_not():
    for long in (b"x" * 40 + b"\n", b'"' + b"x\n" * 19 + b'"\n'):
        slices = few(b"a\n" + long + b"b\n")
        assert [piece.fault for piece in slices] == ["", RECORD_TOO_LONG, ""]
        lines = long.count(b"\n")
        assert [piece.first_line for piece in slices] == [1, 2, 2 + lines]
        assert [piece.fault_line for piece in slices] == [0, 2, 0]
        assert slices[1].end - slices[1].start == len(long)


def test_a_slice_has_as_many_records_as_it_may():
    for text, size, parts in (
        (b"a\nb\nc\n", 4, [b"a\nb\n", b"c\n"]),
        (b"a\n\nb\n", 2, [b"a\n", b"\n", b"b\n"]),
        (b"a\nb", 3, [b"a\nb"]),
        (b'a\n"b\nc"\nd\n', 9, [b'a\n"b\nc"\n', b"d\n"]),
        (b"a\nbc", 3, [b"a\n", b"bc"]),
        (b"a\r\nb\n", 2, [b"a\r\n", b"b\n"]),
    ):
        assert [piece.text for piece in cut(text, size)] == parts


def test_records_and_quotes_have_the_limits_of_the_table_and_of_memory():
    assert Limits() == Limits(256 * 1024, 1024 * 1024, 8 * 1024 * 1024)
    assert cut(b"", limits=Limits()) == []


@pytest.mark.parametrize("opening", [b"", b'a,"'])
def test_a_line_that_hardly_ends_is_passed_over_in_bounded_memory(opening):
    blocks = iter([b"a\n" + opening, *[b"x" * 262_144] * 128, b"\nb\n"])
    finder = BoundaryFinder(lambda _: next(blocks, b""), ",", 4096)
    tracemalloc.start()
    slices = list(finder.slices())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [piece.end - piece.start for piece in slices] == [2, len(opening) + 2**25 + 1, 2]
    assert slices[1].fault == (QUOTE_NOT_CLOSED if opening else RECORD_TOO_LONG)
    assert slices[2].first_line == 3
    assert peak < 40_000_000


def test_a_line_that_hardly_ends_counts_once_however_it_ends():
    for end in (b"\n", b"\r\n", b"\r"):
        for block in range(1, 12):
            text = b"a\n" + b"x" * 500 + end + b"b\nc\n"
            slices = few(text, block)
            assert [piece.fault for piece in slices] == ["", RECORD_TOO_LONG, ""]
            assert [(piece.first_line, piece.lines) for piece in slices] == [(1, 1), (2, 1), (3, 2)]
            assert [piece.fault_line for piece in slices] == [0, 2, 0]
            assert slices[0].end == slices[1].start == 2
            assert slices[1].end == slices[2].start == len(text) - 4


def test_of_a_line_that_hardly_ends_the_beginning_is_kept():
    for line in (b"x" * 20_000, b'a,"' + b"x" * 20_000, b"x" * 9_000 + b"\n"):
        (fault,) = cut(line, limits=Limits(record=8_000, lookahead=10_000))
        assert fault.text == line[:FAULTY_SHOWN]
        assert (fault.end, fault.lines) == (len(line), 1)
    (whole,) = cut(line)
    assert (whole.text, whole.fault) == (line, "")
    assert FAULTY_SHOWN == 4096


def test_a_quote_of_a_later_line_that_outruns_the_buffer_is_named_by_that_line():
    for lines_before in range(1, 5):
        record = b'"' + b"x\n" * lines_before + b'","'
        text = b"a\n" + record + b"y" * 500 + b"\nb\n"
        for block in (1, 5, 64):
            slices = few(text, block)
            assert [piece.fault for piece in slices] == ["", QUOTE_NOT_CLOSED, ""]
            fault, rest = slices[1:]
            assert (fault.first_line, fault.lines) == (2, lines_before + 1)
            assert fault.fault_line == 2 + lines_before
            assert (rest.first_line, rest.text) == (3 + lines_before, b"b\n")


def test_a_line_that_never_ends_is_the_last_one():
    for text in (b"x" * 500, b'"a\n","' + b"x" * 500):
        for block in (1, 5, 64):
            first, last = few(b"a\n" + text, block)
            assert first.text == b"a\n"
            assert last.fault == (QUOTE_NOT_CLOSED if b'"' in text else RECORD_TOO_LONG)
            assert (last.start, last.end, last.lines) == (2, 2 + len(text), 1 + text.count(b"\n"))


def test_a_quote_is_to_close_within_the_buffer():
    limits = Limits(block=64, record=40, lookahead=64)
    for before, fault in ((61, RECORD_TOO_LONG), (62, QUOTE_NOT_CLOSED)):
        text = b'"' + b"x" * (before - 3) + b"\n,y" + b'"\n' + b"b\n"
        assert cut(text, 2, limits=limits)[0].fault == fault


@pytest.mark.parametrize(("text", "lines"), [(b"", 0), (b"a", 0), (b"a\r\nb\rc\n\n", 4)])
def test_line_ends_of_all_kinds_are_counted(text, lines):
    assert count_lines(text) == lines
