"""Messages of other producers among the dead letters: what is wrong with one, and how it is sent
again."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ingestion.dead_letters.json_text import as_json, shortened_line
from ingestion.running.inbox.incoming import METHOD, REASON, body_of, text_of
from messages_app.legacy.queue.tables import Readers
from messages_app.schema.record import QueueOrigin
from messages_app.schema.validation import Invalid


def method_of(attributes: Mapping[str, Any]) -> str:
    return text_of(attributes, METHOD)


def reason_of(attributes: Mapping[str, Any]) -> str:
    """Why it was refused, as a sentence; '' of one that was delivered too often."""
    return _sentence(text_of(attributes, REASON))


def mended(attributes: Mapping[str, Any], method: str) -> dict[str, Any]:
    """The attributes of a message with another method, whose reason is no reason any more."""
    kept = {name: value for name, value in attributes.items() if name != REASON}
    return {**kept, METHOD: {"DataType": "String", "StringValue": method}}


def fault_of(method: str, body: str) -> str:
    """What is wrong with a message, in a sentence; '' if nothing is."""
    try:
        Readers().read(method, body_of(body), QueueOrigin(settings.MESSAGE_INBOX_QUEUE, ""))
    except Invalid as error:
        return _sentence(error.detail)
    return ""


def key_of(body: str) -> str:
    """The date and time that a message is about, as far as it tells them."""
    content = as_json(body)
    if not isinstance(content, dict):
        return ""
    about = content.get("Item") or content.get("Key")
    if not isinstance(about, dict):
        return ""
    return " ".join(filter(None, (_text(about.get(name)) for name in ("date", "time"))))


def _sentence(reason: str) -> str:
    """Names of fields keep their case."""
    return f"Refused: {reason.rstrip('.')}." if reason else ""


def _text(value: Any) -> str:
    """Of a string, plain or as DynamoDB writes it."""
    if isinstance(value, dict):
        value = value.get("S")
    return shortened_line(value) if isinstance(value, str) else ""
