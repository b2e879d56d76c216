"""Entity tags: what was read may be changed only while it is the same (RFC 9110, 13.1)."""

import re

from django.utils.http import parse_etags
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import PreconditionFailed
from common.rest import json_schema
from messages_app.schema.record import Record

_ANY = "*"
_TAGS = re.compile(json_schema.ENTITY_TAGS)


def must_be_same(request: Request, record: Record) -> bool:
    """Whether the change is bound to the content that was read, by ``If-Match``.

    Raises PreconditionFailed when the client read another content, and ValidationError.
    """
    data = request.headers.get("If-Match", _ANY).strip()
    if data == _ANY:
        return False
    if not _TAGS.fullmatch(data):
        sentence = 'is neither * nor a list of entity tags, which are in quotes: "…"'
        raise ValidationError({"If-Match": [ErrorDetail(sentence, "not_entity_tags")]})
    if _quoted(record) not in parse_etags(data):
        raise PreconditionFailed(
            f"the record {record.date} {record.time} is not the one that you read: "
            "read it again, and send its ETag in If-Match"
        )
    return True


def is_unchanged(request: Request, record: Record) -> bool:
    """Whether the client has this very record already, by ``If-None-Match``. Never of the
    browsable API's pages, which show more than the record."""
    header = request.headers.get("If-None-Match", "")
    if not header or isinstance(request.accepted_renderer, BrowsableAPIRenderer):
        return False
    data = parse_etags(header)
    known = {tag.removeprefix("W/") for tag in data}
    return _ANY in known or _quoted(record) in known


def tagged(response: Response, record: Record) -> Response:
    """The answer with the record's entity tag."""
    response["ETag"] = _quoted(record)
    return response


def _quoted(record: Record) -> str:
    return f'"{record.etag()}"'
