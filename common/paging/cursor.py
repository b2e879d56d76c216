"""Continuation cursors: opaque, signed, and bound to the query that they continue."""

import hashlib
import json
from typing import Any

from django.core import signing

from common.errors import BadCursor

_SALT = "common.cursor"


def write(position: list[Any], query: list[Any]) -> str:
    """A cursor that continues ``query`` behind ``position`` (both anything that JSON can hold)."""
    return signing.dumps([position, _fingerprint(query)], salt=_SALT, compress=True)


def read(cursor: str, query: list[Any]) -> list[Any]:
    """The position. Raises BadCursor when the cursor was altered or made for another query."""
    try:
        position, fingerprint = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadCursor("the cursor is unknown here: follow next from the first page") from None
    if fingerprint != _fingerprint(query):
        raise BadCursor("the cursor belongs to another query: begin again without it")
    return list(position)


def _fingerprint(query: list[Any]) -> str:
    return hashlib.sha256(json.dumps(query).encode()).hexdigest()[:16]
