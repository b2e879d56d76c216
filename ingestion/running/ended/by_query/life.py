"""The life of a deletion: asked for, counted, confirmed, done, and perhaps restored. Each change is
one conditional update. The work on the records is in work.py."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from audit.actor import Actor
from common.tracing import request_id
from ingestion.running.ended.by_query.models import Deletion, DeletionState
from ingestion.running.progress import Queue
from messages_app.editing import audit_kind
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.parameters import RecordsQuery
from messages_app.schema.validation import Invalid
from messages_app.store.query import Query, can_be_time

DELETED = "deleted by query"
RESTORED = "restored"
MAX_KEYS = 1000


class WrongCount(Exception):
    """Another number was confirmed than was counted."""


class NotNow(Exception):
    """The deletion is not in a state for it."""


def ask(
    kind: RecordKind,
    query: QueryDict,
    keys: Iterable[tuple[str, str]] | None,
    user: Any,
    queue: Queue,
) -> Deletion:
    """Have counted what a query matches, or which records of some keys there are. The query was
    read before: it is a good one."""
    deletion = Deletion.objects.create(
        kind=kind.name,
        query=query.urlencode(),
        keys=[list(key) for key in dict.fromkeys(keys)] if keys is not None else None,
        created_by=user,
        request_id=request_id.current(),
    )
    queue.delete_records(str(deletion.pk))
    return deletion


def time_of_key(data: object) -> str:
    """The time in a record's key, as it was sent. Raises Invalid."""
    if not isinstance(data, str) or not can_be_time(data):
        raise Invalid("not_a_time", "is not the time of a record")
    return data


def query_of(kind: RecordKind, query: QueryDict) -> Query:
    """What a query string asks for. Raises ValidationError."""
    return RecordsQuery.for_schema(kind.schema).read(query).query


def confirm(deletion: Deletion, count: int, actor: Actor, queue: Queue) -> None:
    """Have deleted what was counted, or go on with it. Raises WrongCount and NotNow."""
    if deletion.state != DeletionState.COUNTED and not deletion.can_go_on:
        raise NotNow
    if count != deletion.matched:
        raise WrongCount
    _begin(deletion, DeletionState.DELETING)
    actor.log(
        DELETED,
        audit_kind(deletion.kind),
        "",
        deletion=str(deletion.pk),
        query=deletion.query,
        keys=len(deletion.keys or ()),
        count=count,
    )
    queue.delete_records(str(deletion.pk))


def restore(deletion: Deletion, actor: Actor, queue: Queue) -> None:
    """Have restored what was deleted, where its keys are free. Raises NotNow."""
    if not deletion.can_be_restored:
        raise NotNow
    is_again = bool(deletion.restored)
    _begin(deletion, DeletionState.RESTORING, **({} if is_again else {"cursor": ""}))
    kind = audit_kind(deletion.kind)
    actor.log(RESTORED, kind, "", deletion=str(deletion.pk), count=deletion.deleted)
    queue.delete_records(str(deletion.pk))


def _begin(deletion: Deletion, state: DeletionState, **changes: Any) -> None:
    found = Deletion.objects.filter(pk=deletion.pk, state=deletion.state)
    changes |= {"request_id": request_id.current() or deletion.request_id}
    now = timezone.now()
    values = {"state": state, "error_detail": "", "ended_at": None, "progress_at": now, **changes}
    if not found.update(**values):
        raise NotNow


def cancel(deletion: Deletion) -> bool:
    """Stop the work. What was deleted can be restored. False when there was none."""
    found = Deletion.objects.filter(pk=deletion.pk, state=deletion.state)
    is_open = deletion.is_working or deletion.state == DeletionState.COUNTED
    return is_open and bool(found.update(state=DeletionState.CANCELLED, ended_at=timezone.now()))


def fail(deletion: Deletion, detail: str) -> None:
    """End it early with a sentence that says why."""
    found = Deletion.objects.filter(pk=deletion.pk, state=deletion.state)
    if deletion.is_working:
        found.update(state=DeletionState.FAILED, error_detail=detail, ended_at=timezone.now())
