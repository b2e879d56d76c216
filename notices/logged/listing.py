"""The log of notices, newest first, page by page."""

from common.paging import keyset
from notices.models import Notice


def page(state: str, cursor: str, size: int) -> tuple[list[Notice], str]:
    """The notices in a state, or all; and the cursor of the next page, empty on the last. Raises
    BadCursor."""
    identity = ["notices", state]
    found = Notice.objects.select_related("user", "webhook")
    if state:
        found = found.filter(state=state)
    return keyset.page(found, cursor, size, identity)
