"""Rejected rows as they are kept: few bytes, nothing lost, parts that are read alone."""

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects.packed import Packer, unpack
from messages_app.schema.validation import Fault

# Any text at all, halves of surrogate pairs too.
TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
FAULT = st.builds(Fault, TEXT, TEXT, TEXT, TEXT)
ROW = st.builds(
    ParsedRow,
    st.integers(1, 2**62),
    st.lists(TEXT, max_size=4),
    st.none(),
    st.lists(FAULT, max_size=3),
)
ROWS = st.lists(ROW, max_size=30, unique_by=lambda row: row.line)


def reject(line: int, cell: str = "x", detail: str = "is not a number") -> ParsedRow:
    return ParsedRow(line, [cell], None, [Fault("local_avg", cell, "not_a_number", detail)])


def pack(rows: list[ParsedRow]) -> bytes:
    packer = Packer()
    for row in rows:
        packer.add(row)
    return packer.pack()


@settings(deadline=None)
@given(ROWS)
def test_what_was_packed_is_unpacked_in_the_order_of_the_lines(rows):
    assert list(unpack(pack(rows))) == sorted(rows, key=lambda row: row.line)


@settings(deadline=None)
@given(ROWS, st.integers(0, 2**62))
def test_what_lies_behind_a_line_is_unpacked(rows, line):
    expected = [row for row in sorted(rows, key=lambda row: row.line) if row.line > line]
    assert list(unpack(pack(rows), line)) == expected


def sample_of(content: bytes) -> Any:
    return json.loads(content.partition(b"\n")[0])


def test_a_part_ends_behind_the_row_with_which_it_has_64_kibibytes() -> None:
    length = len(b'[1,["x"],[[0,0]]]')
    for sizes, parts in (
        ((65_536, 65_536), [1, 2]),
        ((65_535, 65_535), [2]),
        ((65_536, 65_535, 1_000), [1, 3]),
    ):
        texts = ["x" * (size - length + 1) for size in sizes]
        rows = [
            ParsedRow(line, [text], None, [Fault("a", text, "b", "c")])
            for line, text in enumerate(texts, 1)
        ]
        sample = sample_of(pack(rows))
        assert [last for last, _, _ in sample["parts"]] == parts
        assert sample["faults"] == [["a", "b", "c"]]


def test_256_sentences_are_kept_once_and_the_values_that_no_cell_has_beside_them() -> None:
    rows = [reject(line, detail=str(line % 257)) for line in range(1, 600)]
    rows[0].faults[0] = Fault("local_avg", "no cell's", "not_a_number", "1")
    content = pack(rows)
    assert len(sample_of(content)["faults"]) == 256
    assert list(unpack(content)) == rows


def test_from_a_line_on_is_behind_it() -> None:
    content = pack([reject(line, "x" * 30_000) for line in range(1, 10)])
    for after in range(10):
        assert [row.line for row in unpack(content, after)] == [*range(after + 1, 10)]
    assert [row.line for row in unpack(content)] == [*range(1, 10)]


def test_text_takes_no_more_than_in_utf8() -> None:
    ((_, _, length),) = sample_of(pack([reject(1, "größe")]))["parts"]
    assert length == len('[1,["größe"],[[0,0]]]'.encode())


def test_rows_that_share_a_fault_take_some_bytes_each():
    assert len(pack([reject(line) for line in range(100_000)])) < 5 * 100_000


def test_a_row_that_cannot_be_compressed_takes_about_the_length_that_it_has():
    text = "".join(map(chr, random.Random(1).choices(range(33, 127), k=100_000)))
    assert len(pack([reject(1, text)])) < 100_000


def test_sentences_of_their_own_are_kept_with_their_rows():
    rows = [reject(line, detail=f"sentence {line}") for line in range(1, 1001)]
    content = pack(rows)
    assert list(unpack(content)) == rows
    assert len(content.partition(b"\n")[0]) < 20_000


def test_a_row_is_read_without_the_parts_before_and_behind_it():
    content = bytearray(pack([reject(line, str(line) * 100) for line in range(5000)]))
    start = content.index(b"\n") + 1
    content[start : start + 100] = bytes(100)
    content[-100:] = bytes(100)
    assert next(unpack(bytes(content), 2500)).line == 2501
