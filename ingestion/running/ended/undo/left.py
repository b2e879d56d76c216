"""The records that stay when an import is taken back, and why: an object of the bucket for each
chunk that has any."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import F

from ingestion.aws import packed_lines
from ingestion.aws.object_keys import own_key
from ingestion.models import Chunk, Import
from ingestion.running.ended.undo.former import latest_edits
from messages_app.editing import target_of
from messages_app.schema.record import Record

# Somebody edited it since it was imported.
EDITED = "edited"
# It replaced a record of which there is no copy (any more).
NO_COPY = "no_copy"


@dataclass(frozen=True, slots=True)
class LeftRecord:
    """A record by the line that it came from. ``edited_by`` and ``edited_at`` are of the last
    edit, empty where the audit trail knows of none."""

    line: int
    date: str
    time: str
    reason: str
    edited_by: str = ""
    edited_at: str = ""

    @property
    def edited(self) -> datetime | None:
        return datetime.fromisoformat(self.edited_at) if self.edited_at else None


def store(
    import_: Import, chunk: Chunk, edited: dict[int, Record], no_copy: dict[int, Record]
) -> None:
    """Keep the list of a chunk, by line. Raises ServiceError."""
    entries = latest_edits(edited.values(), import_.kind)
    found = [LeftRecord(line, *record.key, NO_COPY) for line, record in no_copy.items()]
    for line, record in edited.items():
        entry = entries.get(target_of(record))
        who = (entry.user_name, entry.at.isoformat()) if entry else ()
        found.append(LeftRecord(line, *record.key, EDITED, *who))
    if found:
        found.sort(key=lambda one: one.line)
        content = packed_lines.pack(asdict(one) for one in found)
        packed_lines.put(import_.bucket, _key(chunk), content)


def stored(import_: Import, after_line: int = 0) -> Iterator[LeftRecord]:
    """All of an import behind a line, in the order of their lines. Raises ServiceError."""
    chunks = import_.chunks.annotate(end_line=F("first_line") + F("lines"))
    chunks = chunks.filter(undo_edited__gt=0, end_line__gt=after_line).order_by("number")
    for chunk in chunks.iterator(chunk_size=500):
        found = (LeftRecord(**row) for row in packed_lines.read(import_.bucket, _key(chunk)))
        yield from (one for one in found if one.line > after_line)


def page(import_: Import, after_line: int, size: int) -> tuple[list[LeftRecord], int | None]:
    """The first ones behind a line, and the line behind which the next page begins; None on the
    last one."""
    found: list[LeftRecord] = []
    for one in stored(import_, after_line):
        if len(found) == size:
            return found, found[-1].line
        found.append(one)
    return found, None


def _key(chunk: Chunk) -> str:
    return own_key(str(chunk.import_record_id), f"left/{chunk.number:08}.zst")
