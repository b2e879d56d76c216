"""Errors as the ancestor's clients know them: whatever is wrong with what they sent is a 400 with
``{"error": "Could not …: …"}``."""

from rest_framework import status
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.response import Response

from common.errors import Conflict, Expired, NotFound, PreconditionFailed
from common.rest.problems import first_faults
from messages_app.schema.validation import Invalid


def senders_error(action: str, error: Exception) -> Response | None:
    """The answer to an error that is the sender's, None for others; ``action`` completes
    "could not …"."""
    sentence = sentence_of(error)
    if sentence is None:
        return None
    body = {"error": f"Could not {action}: {sentence.rstrip('.')}."}
    return Response(body, status.HTTP_400_BAD_REQUEST)


def sentence_of(error: Exception) -> str | None:
    """What the sender did wrong, without a full stop; None for other errors."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{fault['field'] or ''} {fault['detail']}".strip()
            for fault in first_faults(error.detail)
        )
    if isinstance(error, ParseError):
        detail = str(error.detail)
        return detail[:1].lower() + detail[1:]
    if isinstance(error, Invalid | NotFound | Conflict | PreconditionFailed | Expired):
        return str(error)
    return None
