"""An import that is nearly all rejects ends early: storing millions of them helps nobody."""

from functools import cached_property

from django.conf import settings
from django.db.models import Sum

from ingestion.models import Chunk, Import
from ingestion.reading.decompress import is_packed
from ingestion.reading.encodings import UTF_8
from ingestion.reading.header import Layout

# Nearly all: so many of ten rows.
_OF_TEN = 9


class RejectLimit:
    """The limit of an import, as it was read."""

    def __init__(self, import_: Import) -> None:
        self._import = import_

    def is_reached(self, read: int = 0, rejected: int = 0) -> bool:
        """Whether to read no further when so many more rows were read and rejected. Rows that were
        mended are few, and go back to where they were mended."""
        read, rejected = self._import.read + read, self._import.rejected + rejected
        return (
            _is_nearly_all(read, rejected)
            and not self._import.is_mended
            and _is_nearly_all(read + self._rows_left, rejected)
        )

    @cached_property
    def _rows_left(self) -> int:
        """The rejects of a chunk that is written in parts are counted before its other rows."""
        unfinished = self._import.chunks.filter(is_done=False)
        count: int = unfinished.aggregate(count=Sum("rows_left", default=0))["count"]
        return count


def _is_nearly_all(read: int, rejected: int) -> bool:
    # In this order, as it is asked of each row and settings are slow to look up.
    return 10 * rejected >= _OF_TEN * read and rejected >= settings.MAX_REJECTS


def unread_bytes(chunk: Chunk, unread_line: int) -> int:
    """About how many bytes of a chunk lie in the lines from this one on, one at least."""
    lines = chunk.first_line + chunk.lines - unread_line
    return max(1, (chunk.end - chunk.start) * lines // chunk.lines)


def detail(import_: Import) -> str:
    """What a person is told of an import that ended early."""
    return (
        f"Stopped early, because {import_.rejected:,} of the {import_.read:,} rows read were"
        f" rejected. {_not_read(import_)} not read. See the rejected rows for what is wrong,"
        " correct the whole file and upload it again; or, if most of its rows are to be rejected,"
        f" have MAX_REJECTS raised, which is {settings.MAX_REJECTS:,}, and upload it again."
    )


def _not_read(import_: Import) -> str:
    is_known = import_.is_planned or (
        import_.encoding in ("", UTF_8) and not is_packed(import_.key)
    )
    if not is_known:  # its text has more bytes than its object
        return f"What comes after the first {import_.bytes_done:,} bytes of its text was"
    header = Layout.from_json(import_.layout).body_start
    left = max(0, import_.bytes_total - header - import_.bytes_done)
    return f"About {left:,} of the {import_.bytes_total:,} bytes of its text were"
