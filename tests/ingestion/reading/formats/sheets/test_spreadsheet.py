"""A spreadsheet is read in a process of its own, which may end in any way."""

import io

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.sheets.spreadsheet import open_sheet
from tests.ingestion.reading.formats.sheets.workbooks import xlsx

MOST = 64 * 1024 * 1024


class Zeros(io.RawIOBase):
    """So many bytes."""

    def __init__(self, left):
        super().__init__()
        self._left = left

    def readable(self):
        return True

    def readinto(self, buffer):
        size = min(len(buffer), self._left)
        self._left -= size
        return size


@pytest.fixture
def process(tmp_path):
    """Makes a process in the place of the one that reads sheets."""

    def make(code):
        path = tmp_path / "process.py"
        path.write_text(f"import os, sys, time\n{code}\n")
        return path

    return make


def refusal(*arguments, **options):
    with pytest.raises(FileError) as raised:
        open_sheet(*arguments, **options)
    return raised.value.code, raised.value.detail


def test_a_sheet_is_read_as_csv():
    content = xlsx(One=[["a", 1.5]], Two=[["x"]])
    with open_sheet(io.BytesIO(content)) as first, open_sheet(io.BytesIO(content), "Two") as second:
        assert (first.read(), second.read()) == (b"a,1.5\n", b"x\n")
    told = "The spreadsheet cannot be read: it has no sheet 'Data', but One, Two."
    assert refusal(io.BytesIO(content), "Data") == ("broken_spreadsheet", told)


def test_a_spreadsheet_has_64_mib_at_most(process):
    sized = process("open(sys.argv[3], 'w').write(str(os.path.getsize(sys.argv[1])))")
    with open_sheet(Zeros(MOST), process=sized) as text:
        assert text.read() == str(MOST).encode()
    assert refusal(Zeros(MOST + 1), process=sized)[0] == "spreadsheet_too_large"


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit('what is said\\nMemoryError')",
        "sys.exit('out of memory: 5 bytes')",
        "sys.exit(1)",
        "print('said', file=sys.stderr, flush=True); os.kill(os.getpid(), 9)",
    ],
)
def test_one_that_asks_for_too_much_is_told(process, code):
    assert refusal(io.BytesIO(b"x"), process=process(code))[0] == "spreadsheet_too_large"


def test_one_that_takes_too_long_is_told(process):
    asleep = process("time.sleep(60)")
    assert refusal(io.BytesIO(b"x"), process=asleep, seconds=0.01)[0] == "spreadsheet_too_large"


def test_the_last_that_the_process_says_is_told(process):
    said = process("sys.exit('memory\\nTraceback\\n' + 'x' * 400 + '\\n')")
    told = f"The spreadsheet cannot be read: {'x' * 300}."
    assert refusal(io.BytesIO(b"x"), process=said) == ("broken_spreadsheet", told)
