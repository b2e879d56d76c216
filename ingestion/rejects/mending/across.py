"""Open rejects with the same fault from many imports of one format, or of a kind without a format,
grouped and mended together. Each call is bounded in imports, rows and time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from common.deadline import Deadline
from ingestion.models import HAS_OPEN_REJECTS, RUNNING, Import, State
from ingestion.rejects.mending import bulk, editing, listing
from ingestion.rejects.mending.bulk import FaultName, Mended
from ingestion.rejects.mending.editing import CannotMend, MendedReject
from ingestion.rejects.mending.models import Mend, MendState

DAYS = 90
MAX_IMPORTS = 200
_SECONDS = 15
_SAMPLES = 50
_IMPORTS_SAMPLED = 5


@dataclass(frozen=True, slots=True)
class GroupName:
    """What rejects are grouped by: ``format_id`` is None where files are read by their header."""

    kind: str
    format_id: int | None
    fault: FaultName


@dataclass
class RejectGroup:
    """Open rejects with one fault; ``value`` and ``detail`` are of the first of the newest."""

    name: GroupName
    format_name: str
    value: str
    detail: str
    count: int = 0
    imports: list[Import] = field(default_factory=list)


def groups() -> list[RejectGroup]:
    """Of the latest imports, the largest group first."""
    imports = list(_imports()[:MAX_IMPORTS])
    found: dict[GroupName, RejectGroup] = {}
    for import_, faults in listing.open_groups_of(imports):
        version = import_.format_version
        for one in faults:
            name = GroupName(
                import_.kind,
                version.format_id if version else None,
                FaultName(one.code, one.column),
            )
            label = version.format.name if version else ""
            group = found.setdefault(name, RejectGroup(name, label, one.value, one.detail))
            group.count += one.count
            group.imports.append(import_)
    return sorted(found.values(), key=lambda group: -group.count)


def group(name: GroupName) -> RejectGroup | None:
    """One of them; None where no reject is open."""
    return next((one for one in groups() if one.name == name), None)


def of_import(import_: Import, fault: FaultName) -> RejectGroup:
    """The open rejects of one import with a fault. Its first value is not looked for."""
    version = import_.format_version
    name = GroupName(import_.kind, version.format_id if version else None, fault)
    return RejectGroup(name, version.format.name if version else "", "", "", imports=[import_])


def samples(group: RejectGroup) -> list[tuple[Import, MendedReject]]:
    """The first open rejects of a group, of some imports. Raises ServiceError."""
    found: list[tuple[Import, MendedReject]] = []
    share = _SAMPLES // min(len(group.imports), _IMPORTS_SAMPLED)
    for import_ in group.imports[:_IMPORTS_SAMPLED]:
        few = bulk.first(import_, group.name.fault, share)
        found += [(import_, one) for one in few]
    return found


def replace(group: RejectGroup, old: str | None, new: str, user: Any) -> Mended:
    """As :func:`bulk.replace`, in all imports of a group."""
    return _each(group, lambda import_: bulk.replace(import_, group.name.fault, old, new, user))


def let_go(group: RejectGroup, user: Any) -> Mended:
    """As :func:`bulk.let_go`, in all imports of a group."""
    return _each(group, lambda import_: bulk.let_go(import_, group.name.fault, user))


def load_ready(
    kind: str, format_id: int | None, user: Any, send: Callable[[str], None]
) -> list[Import]:
    """Load what is ready of the imports of a format: the imports that do. Raises ServiceError."""
    ready = Mend.objects.filter(state=MendState.READY).values("import_record")
    found = _imports().filter(kind=kind, format_version__format=format_id, pk__in=ready)
    children = []
    for import_ in found[:MAX_IMPORTS]:
        try:
            children.append(editing.load(import_, user, send))
        except CannotMend:  # somebody else was quicker
            continue
    return children


def count_ready(kind: str, format_id: int | None) -> int:
    """How many rows of the imports of a format are ready to be loaded."""
    imports = _imports().filter(kind=kind, format_version__format=format_id)
    return Mend.objects.filter(state=MendState.READY, import_record__in=imports).count()


def _imports() -> Any:
    since = timezone.now() - timedelta(days=DAYS)
    found = Import.objects.filter(HAS_OPEN_REJECTS, created_at__gte=since)
    found = found.exclude(state__in=(*RUNNING, State.UNDOING, State.UNDONE))
    return found.select_related("format_version__format").order_by("-created_at")


def _each(group: RejectGroup, change: Callable[[Import], Mended]) -> Mended:
    """One import after the other; those that cannot be mended now are left."""
    total, deadline = Mended(), Deadline(_SECONDS)
    for import_ in group.imports:
        if deadline.passed:
            total.is_whole = False
            break
        try:
            one = change(import_)
        except CannotMend as error:
            if error.code in ("no_column", "row_too_long", "not_text"):
                raise
            total.is_whole = False
            continue
        total.changed += one.changed
        total.ready += one.ready
        total.is_whole = total.is_whole and one.is_whole
    return total
