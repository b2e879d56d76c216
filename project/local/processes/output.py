"""The terminal: one line an event, each with the name of its process."""

import os
import sys
from itertools import cycle
from typing import TextIO

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95)
_NAME_WIDTH = 9


class Output:
    """Writes lines to ``stream``; coloured on a terminal, unless NO_COLOR is set."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._is_coloured = stream.isatty() and "NO_COLOR" not in os.environ
        self._palette = cycle(_COLOURS)
        self._colours: dict[str, int] = {}

    def say(self, line: str = "") -> None:
        """A line of our own."""
        self._write(line)

    def event(self, name: str, line: str) -> None:
        """A line of the process ``name``."""
        prefix = f"{name:{_NAME_WIDTH}} |"
        if self._is_coloured:
            colour = self._colours.setdefault(name, 0) or next(self._palette)
            self._colours[name] = colour
            prefix = f"\033[{colour}m{prefix}\033[0m"
        self._write(f"{prefix} {line}")

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (BrokenPipeError, OSError):
            # Nobody reads any more (``bin/up | head``); the stack goes on without words.
            self._stream = open(os.devnull, "w")  # noqa: SIM115, PTH123 - open for good
