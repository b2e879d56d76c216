"""Rejected rows as an object of the bucket holds them: little, and in parts that are read alone.

An object begins with a line of JSON::

    {"faults": [[column, code, detail], ...], "parts": [[last_line, length, unpacked_length], ...]}

The parts follow, each a zstd frame of JSON lines, one a row: ``[line, cells, [[fault, value],
...]]``. ``fault`` is a place in ``faults``, so that a sentence which many rows share is there once,
or the three themselves. ``value`` is the place of a cell that holds it, or the value itself.
Numbers of bytes count what is stored.
"""

import json
from collections.abc import Iterator
from typing import Any

import zstandard

from ingestion.reading.row_parser import ParsedRow
from messages_app.schema.validation import Fault

# A part ends behind the row with which it has so many bytes.
_PART_BYTES = 64 * 1024
# Sentences that are kept once; there are more only where each row has its own.
_MAX_SENTENCES = 256
# ``json.dumps`` would make an encoder for each row.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Packer:
    """Takes the rejected rows of a chunk in any order, and holds them in few bytes."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, bytes]] = []
        self._sentences: dict[tuple[str, str, str], int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: ParsedRow) -> None:
        faults = [[self._sentence(fault), _value(fault, row.cells)] for fault in row.faults]
        self._rows.append((row.line, _as_json([row.line, row.cells, faults])))

    def pack(self) -> bytes:
        """All rows, in the order of their lines."""
        index, frames = [], []
        for last_line, text in self._parts():
            frames.append(zstandard.compress(text))
            index.append([last_line, len(frames[-1]), len(text)])
        header = _as_json({"faults": list(self._sentences), "parts": index})
        return b"\n".join([header, b"".join(frames)])

    def _parts(self) -> Iterator[tuple[int, bytes]]:
        """The last line and the text of each part."""
        texts: list[bytes] = []
        size = line = 0
        for line, text in sorted(self._rows):
            texts.append(text)
            size += len(text)
            if size >= _PART_BYTES:
                yield line, b"\n".join(texts)
                texts, size = [], 0
        if texts:
            yield line, b"\n".join(texts)

    def _sentence(self, fault: Fault) -> Any:
        sentence = (fault.column, fault.code, fault.detail)
        if sentence not in self._sentences and len(self._sentences) == _MAX_SENTENCES:
            return sentence
        return self._sentences.setdefault(sentence, len(self._sentences))


def unpack(content: bytes, after_line: int = 0) -> Iterator[ParsedRow]:
    """The rows behind a line. Only one part at a time is unpacked, and none before the line."""
    start = content.index(b"\n") + 1
    header = json.loads(content[:start])
    for last_line, length, unpacked_length in header["parts"]:
        if last_line > after_line:
            frame = content[start : start + length]
            text = zstandard.decompress(frame, max_output_size=unpacked_length)
            rows = (_row(line, header["faults"]) for line in text.split(b"\n"))
            yield from (row for row in rows if row.line > after_line)
        start += length


def _row(text: bytes, sentences: list[list[str]]) -> ParsedRow:
    line, cells, found = json.loads(text.decode("utf-8", "surrogatepass"))
    faults = [_fault(sentence, value, cells, sentences) for sentence, value in found]
    return ParsedRow(line, cells, None, faults)


def _fault(sentence: Any, value: Any, cells: list[str], sentences: list[list[str]]) -> Fault:
    column, code, detail = sentences[sentence] if isinstance(sentence, int) else sentence
    return Fault(column, cells[value] if isinstance(value, int) else value, code, detail)


def _value(fault: Fault, cells: list[str]) -> int | str:
    try:
        return cells.index(fault.value)
    except ValueError:
        return fault.value


def _as_json(data: Any) -> bytes:
    return _encode(data).encode("utf-8", "surrogatepass")
