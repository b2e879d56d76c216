"""JSON that others wrote, to be shown and sent again without changing what it says."""

from typing import Any

import simplejson


def as_json(text: str | bytes) -> Any:
    """What a text holds, numbers with all their digits; None when it is no JSON."""
    try:
        return simplejson.loads(text, use_decimal=True)
    except (ValueError, RecursionError):
        return None


def pretty(content: Any) -> str:
    """JSON to look at, which stands for the very same content."""
    text: str = simplejson.dumps(content, indent=2, use_decimal=True, ensure_ascii=False)
    return printable(text)


def printable(text: str) -> str:
    """Half a surrogate pair, which no page can hold, as JSON escapes it."""
    return text.encode("utf-8", "backslashreplace").decode()
