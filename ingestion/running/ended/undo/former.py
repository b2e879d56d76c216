"""What an import's record is to make room for: what it replaced, as it was kept aside.

That may have been a record of an import that was taken back since, and is not to come again; then
what that one replaced comes instead, and so on. So two imports that touched the same keys end right
in whichever order they are taken back.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from audit.models import AuditEntry
from ingestion.models import DeletedImport, Import
from ingestion.running.writing.kept_aside import KeptAside
from messages_app.editing import audit_kind, target_of
from messages_app.schema.record import Origin, Record
from messages_app.store.items import Item
from messages_app.store.repository import RecordRepository

_TARGETS_A_STATEMENT = 500
# What an entry of the audit trail says when a record was edited.
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Former:
    """``item`` is None for nothing; ``is_lost`` where there was something of which no copy is
    there. ``record`` is that of the item."""

    item: Item | None = None
    record: Record | None = None
    is_lost: bool = False


NOTHING = Former()
LOST = Former(is_lost=True)


Copies = Mapping[tuple[str, str, str], list[tuple[Item, Record]]]


@dataclass
class _OtherImport:
    """One whose records were replaced. ``chunks`` are (first line, whether it is taken back)."""

    import_: Import | DeletedImport
    chunks: list[tuple[int, bool]]
    # By first line of the chunk; then by key and fingerprint, of which there may be several that
    # came from different lines.
    copies: dict[int, Copies] = field(default_factory=dict)

    def chunk(self, line: int) -> tuple[int, bool]:
        """Of a line."""
        place = bisect_right(self.chunks, line, key=lambda one: one[0]) - 1
        return self.chunks[place] if place >= 0 else (0, False)


class Formers:
    """Of the records of one import, which is being taken back. Raises ServiceError."""

    def __init__(self, import_: Import, repository: RecordRepository) -> None:
        self._own_id = str(import_.pk)
        self._repository = repository
        self._imports: dict[str, _OtherImport | None] = {}
        # Imports that are run again replace each other in turn: nothing is followed twice. Of equal
        # copies that one kept some may lead back there: by key, those that are still to be tried.
        self._seen: set[tuple[object, ...]] = set()
        self._to_try: dict[tuple[str, str], list[tuple[Item, Record]]] = {}

    def forget(self) -> None:
        """What is known of other imports, which may be taken back meanwhile."""
        self._imports.clear()

    def find(self, records: Iterable[Record]) -> dict[tuple[str, str], Former]:
        """What each is to make room for, by key."""
        self._seen, self._to_try = set(), {}
        found = {record.key: self._before(record) for record in records}
        while again := self.not_to_come(found.values()):
            for record in again:
                found[record.key] = self._before(record)
        return found

    def _is_taken_back(self, record: Record) -> bool:
        """Whether a record is of an import that is taken back, as far as it is known."""
        origin = record.import_origin
        if origin is None:
            return False
        if origin.import_id == self._own_id:
            return True
        other = self._import(origin.import_id)
        return other is not None and other.chunk(origin.line)[1]

    def not_to_come(self, formers: Iterable[Former]) -> list[Record]:
        """Records of imports that are taken back. Such as were edited before they were replaced
        would have been left, and do come."""
        found = [
            former.record
            for former in formers
            if former.record is not None and self._is_taken_back(former.record)
        ]
        edits = latest_edits(found, self._repository.kind)
        return [one for one in found if not self._is_edited(one, edits.get(target_of(one)))]

    def _is_edited(self, record: Record, entry: AuditEntry | None) -> bool:
        origin = record.import_origin
        other = self._import(origin.import_id) if origin else None
        if other is None or entry is None:
            return False
        made_at = other.import_.created_at
        return made_at is None or entry.at > made_at

    def _before(self, record: Record) -> Former:
        origin = record.import_origin
        if origin is None or not origin.before:
            return NOTHING
        if not origin.aside_line:
            return NOTHING if origin.first_line else LOST
        copies = self._copies(origin).get((*record.key, origin.before), [])
        to_try = self._to_try.setdefault(record.key, [])
        to_try[:0] = copies
        while copies and to_try:
            item, former = to_try.pop(0)
            place = (former.key, former.origin)
            if place not in self._seen:
                self._seen.add(place)
                return Former(item, former)
        return LOST

    def _copies(self, origin: Origin) -> Copies:
        """What was kept aside with a line."""
        other = self._import(origin.import_id)
        if other is None:
            return {}
        first_line, _ = other.chunk(origin.aside_line)
        if first_line not in other.copies:
            kept: dict[tuple[str, str, str], list[tuple[Item, Record]]] = {}
            for item in KeptAside(other.import_, first_line).items():
                record = self._repository.record_of(item)
                kept.setdefault((*record.key, record.fingerprint()), []).append((item, record))
            other.copies[first_line] = kept
        return other.copies[first_line]

    def _import(self, import_id: str) -> _OtherImport | None:
        """None when it was deleted without having been taken back."""
        if import_id not in self._imports:
            self._imports[import_id] = _find(import_id)
        return self._imports[import_id]


def latest_edits(
    records: Iterable[Record], kind: str, since: datetime | None = None, action: str = CHANGED
) -> dict[str, AuditEntry]:
    """The newest entry of the audit trail that says so of each record, by its name there."""
    targets = sorted({target_of(record) for record in records})
    found: dict[str, AuditEntry] = {}
    for start in range(0, len(targets), _TARGETS_A_STATEMENT):
        some = targets[start : start + _TARGETS_A_STATEMENT]
        entries = AuditEntry.objects.filter(kind=audit_kind(kind), target__in=some, action=action)
        if since is not None:
            entries = entries.filter(at__gte=since)
        found |= {entry.target: entry for entry in entries.order_by("at", "pk")}
    return found


def _find(import_id: str) -> _OtherImport | None:
    try:
        key = UUID(import_id)
    except ValueError:  # an origin that somebody made up
        return None
    if import_ := Import.objects.filter(pk=key).first():
        chunks = import_.chunks.order_by("first_line")
        return _OtherImport(import_, list(chunks.values_list("first_line", "is_undo_begun")))
    deleted = DeletedImport.objects.filter(pk=key, taken_back__isnull=False).first()
    if deleted is None:
        return None
    return _OtherImport(deleted, [(line, is_back) for line, is_back in deleted.taken_back])
