"""The log of notices, newest first, page by page."""

from datetime import datetime

from common.paging import cursor as cursors
from common.paging import keyset
from notices.models import Notice


def page(state: str, cursor: str, size: int) -> tuple[list[Notice], str]:
    """The notices in a state, or all; and the cursor of the next page, empty on the last. Raises
    BadCursor."""
    identity = ["notices", state]
    found = Notice.objects.select_related("user", "webhook")
    if state:
        found = found.filter(state=state)
    if cursor:
        created_at, pk = cursors.read(cursor, identity)
        found = keyset.older(found, datetime.fromisoformat(created_at), pk)
    listed = list(found.order_by(*keyset.NEWEST_FIRST)[: size + 1])
    if len(listed) <= size:
        return listed, ""
    last = listed[size - 1]
    return listed[:size], cursors.write([last.created_at.isoformat(), str(last.pk)], identity)
