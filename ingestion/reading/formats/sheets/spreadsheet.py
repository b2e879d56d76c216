"""Spreadsheets: a sheet becomes a text of CSV, in a process of its own; see sheet_process.py."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from ingestion.reading.file_error import FileError

_PROCESS = Path(__file__).with_name("sheet_process.py")
_MOST_BYTES = 64 * 1024 * 1024
_BLOCK = 256 * 1024
_SECONDS = 90
_SHOWN = 300


def open_sheet(
    packed: IO[bytes], sheet: str = "", process: Path = _PROCESS, seconds: float = _SECONDS
) -> IO[bytes]:
    """A sheet as CSV in UTF-8, the first unless one is named; ``process`` makes it in so many
    seconds. Raises FileError."""
    with tempfile.TemporaryDirectory(prefix="sluice-sheet-") as folder:
        source, target = Path(folder) / "source", Path(folder) / "target.csv"
        with source.open("wb") as written:
            _copy(packed, written)
        _convert(process, [str(source), sheet, str(target)], seconds)
        # The folder goes; the content stays until the file is closed.
        return target.open("rb")


def _copy(packed: IO[bytes], written: IO[bytes]) -> None:
    left = _MOST_BYTES
    while part := packed.read(_BLOCK):
        left -= len(part)
        if left < 0:
            raise _too_large()
        written.write(part)


def _convert(process: Path, arguments: list[str], seconds: float) -> None:
    command = [sys.executable, "-I", str(process), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise _too_large() from None
    if done.returncode == 0:
        return
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    last = lines[-1][:_SHOWN] if lines else ""
    if done.returncode < 0 or not last or "memory" in last.lower():
        raise _too_large()
    raise FileError("broken_spreadsheet", f"The spreadsheet cannot be read: {last}.")


def _too_large() -> FileError:
    return FileError(
        "spreadsheet_too_large",
        "The spreadsheet is larger than can be read here. Save the sheet as CSV, and upload that.",
    )
