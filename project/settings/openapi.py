"""drf-spectacular's settings: what the OpenAPI document tells of the API as a whole."""

from typing import Any

_DESCRIPTION = """
Records of devices, and imports of files of records.

**Authentication.** Send a token in the header `Authorization: Token …`, or use the session of a
login (then requests that change something need the header `X-CSRFToken`). Every request needs the
permission to *view*, *add*, *change* or *delete* messages, kinds or imports.

**Pages.** Lists have `results` and `next`, the whole address of the next page; it is null on the
last one. Parameters with an empty value are ignored, and unknown ones are errors.

**Numbers** are JSON numbers with all their digits, up to 38: read them as decimals, not as binary
floats, where the last digits matter.

**Errors** are problem details (RFC 9457) of the type `application/problem+json`. `detail` is for
people and `code` for programs. When the request is not valid, `errors` lists every fault. Look up
`request_id` in the log to find the request.

**Concurrency.** A record's answer has an `ETag`. Send it in `If-Match` with a change or deletion:
if the record changed since it was read, nothing is done and the answer is 412. With `If-None-Match`
a record that is unchanged is not sent again (304).

**Limits.** After too many requests in a minute the answer is 429, with the seconds to wait in
`Retry-After`.

Browsers get these answers as pages, on which the requests can also be sent.
"""
_TAGS = {
    "messages": "Records, by their UTC date and time.",
    "records": "Records of any kind, by their UTC date, time and identity. The built-in kind is"
    " `messages`.",
    "deletions": "Deletions of the records that a query matches: counted, confirmed, done,"
    " restored.",
    "kinds": "What fields the records of a kind have. Each kind's JSON Schema has its own address.",
    "imports": "Files on their way into the table.",
    "formats": "How the files of each producer are read.",
    "mail-rules": "Which notices a user gets by mail.",
    "sql": "SQL statements over the records of all kinds.",
    "webhooks": "Programs that get notices.",
    "notices": "Notices to people and webhooks, sent or due.",
    "devices": "When each device sent its last record, and which devices are overdue.",
    "ancestor": "The contract of the service that came before, for clients that know it.",
    "about": "The API itself.",
}


def openapi_settings() -> dict[str, Any]:
    """For ``SPECTACULAR_SETTINGS``."""
    return {
        "TITLE": "Sluice",
        "VERSION": "1.0.0",
        "DESCRIPTION": _DESCRIPTION.strip(),
        "TAGS": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "SCHEMA_PATH_PREFIX": "/api/",
        "COMPONENT_SPLIT_REQUEST": True,
        "ENUM_NAME_OVERRIDES": {
            "State": "ingestion.models.State",
            "OnConflict": "ingestion.models.OnConflictChoice",
            "Event": "notices.models.Event",
            "NoticeState": "notices.models.NoticeState",
            "DeletionState": "ingestion.running.ended.by_query.models.DeletionState",
        },
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
        "POSTPROCESSING_HOOKS": [
            "drf_spectacular.hooks.postprocess_schema_enums",
            "common.rest.openapi_schema.finished",
        ],
        "SERVERS": [{"url": "/", "description": "Where this document is."}],
        "SORT_OPERATION_PARAMETERS": False,
        "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {"displayRequestDuration": True},
    }
