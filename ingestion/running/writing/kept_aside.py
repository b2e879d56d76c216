"""What an import replaces, kept in the bucket so that the import can be taken back.

An object has the items that one task replaced at about the same time, as they were in the table. It
is there before any of them is overwritten. Its name follows from its content, and a chunk that runs
again adds objects and overwrites none: what was there before the import stays known, whatever a
later run finds. Which object is meant follows from the record that took the place: its origin has
the line with which the former one was kept, and the fingerprint of that one's content.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from common.aws import s3
from ingestion.aws import packed_lines
from ingestion.aws.object_keys import aside_key
from ingestion.models import DeletedImport, Import
from messages_app.store.items import Item


class KeptAside:
    """Of the chunk of an import that begins with a line. Methods raise ServiceError."""

    def __init__(self, import_: Import | DeletedImport, first_line: int) -> None:
        self._bucket = import_.bucket
        self._import_id = str(import_.pk)
        self._first_line = first_line

    def keep(self, items: Sequence[Item]) -> None:
        """Keep items. They are safe when this returns."""
        content = packed_lines.pack(items)
        packed_lines.put(self._bucket, self._key(sha256(content).hexdigest()[:20]), content)

    def items(self) -> Iterator[Item]:
        """All that is kept, of all runs; nothing when it expired."""
        for key in s3.keys(self._bucket, self._key("")):
            yield from packed_lines.read(self._bucket, key)

    def _key(self, name: str) -> str:
        return aside_key(self._import_id, self._first_line, name)
