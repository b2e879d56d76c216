"""Counts the commits in the log of an SQLite database, as its format has them.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import struct
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")


def commits(database: Path) -> int:
    """How many transactions were committed since the log was begun anew."""
    log = database.with_name(database.name + "-wal").read_bytes()
    _, _, page_size, _, *salts, _, _ = _HEADER.unpack_from(log)
    count, place = 0, _HEADER.size
    while place + _FRAME.size + page_size <= len(log):
        _, size_after_commit, *frame_salts, _, _ = _FRAME.unpack_from(log, place)
        if frame_salts != salts:
            break
        count += size_after_commit > 0
        place += _FRAME.size + page_size
    return count
