"""Messages that are wrong become dead letters at once, with the reason beside them."""

import re
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings

from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.running.inbox.incoming import FIRST_ID, REASON, Incoming

log = structlog.get_logger(__name__)

# SQS takes as many attributes with a message.
_MOST_ATTRIBUTES = 10
_LONGEST_REASON = 500
# What SQS takes in a text besides letters: no control characters.
_NOT_TAKEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def put_aside(one: Incoming) -> bool:
    """Make a dead letter of a message; whether that was possible.

    Where it was not (it is as large as a message can be, or has as many attributes), the message
    stays in the queue and becomes one without a reason, as SQS does it.
    """
    log.warning("inbox message refused", message=one.id, method=one.method[:20], reason=_clean(one))
    attributes = {**one.delivery.attributes, REASON: _text(_clean(one))}
    if len(attributes) > _MOST_ATTRIBUTES:
        return False
    url = sqs.queue_url(sqs.dead_letter_queue(settings.MESSAGE_INBOX_QUEUE))
    try:
        sqs.send(url, one.delivery.body, attributes, one.delivery)
    except ServiceError as error:
        if not error.permanent:
            raise
        log.warning("dead letter not made", message=one.id, error=str(error))
        return False
    return True


def sent_back(delivery_id: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes with which a dead letter goes back as it was: its records keep the id that the
    message had at first, so that what it had written already is known."""
    kept = {name: value for name, value in attributes.items() if name != REASON}
    if len(kept) < _MOST_ATTRIBUTES:
        kept.setdefault(FIRST_ID, _text(delivery_id))
    return kept


def _clean(one: Incoming) -> str:
    return _NOT_TAKEN.sub("?", one.reason)[:_LONGEST_REASON] or "unknown"


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
