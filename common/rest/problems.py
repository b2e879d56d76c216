"""How every error of the API looks: problem details (RFC 9457).

``{"type", "title", "status", "detail", "code", "errors", "request_id"}``: ``type`` is always
``about:blank``, so ``title`` is the status in words; ``detail`` is a sentence for people, ``code``
is for programs. ``errors``, of what was sent and is not valid, has one object a fault:
``{"field", "code", "detail"}``. Its ``field`` is a path such as ``items.2.name``, or null for the
body as a whole. At most twenty are listed, and a last one says how many more there are.
"""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.http import JsonResponse
from rest_framework import serializers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from structlog.contextvars import get_contextvars

from common.rest.exact_json import ExactJSONRenderer

MEDIA_TYPE = "application/problem+json"
UNAVAILABLE = "The storage does not answer at the moment. Try again."
RETRY_AFTER = "10"  # seconds
# Of one body or one record of a batch; a sentence tells how many more there are.
MAX_FAULTS = 20


class ProblemFaultSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with what was sent."""

    field = serializers.CharField(
        allow_null=True, help_text="A path such as `messages.2`; null for the body as a whole."
    )
    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people: what to change.")


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a request was not served (RFC 9457)."""

    type = serializers.RegexField("^about:blank$")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(help_text="For people: what to change.")
    code = serializers.CharField(help_text="For programs.")
    existing = serializers.URLField(
        required=False, help_text="The address of the record that has the key."
    )
    service_code = serializers.CharField(required=False, help_text="The code of AWS's error.")
    request_id = serializers.CharField(
        help_text="Look it up in the log to find the request. It is the header X-Request-ID too."
    )

    def get_fields(self) -> dict[str, Any]:
        # A serializer's own errors have that name.
        return {**super().get_fields(), "errors": ProblemFaultSerializer(many=True, required=False)}


def problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body. ``more`` are further members, such as ``errors``."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **more,
        "request_id": get_contextvars().get("request_id"),
    }


def plain_problem(status: int, code: str, detail: str) -> JsonResponse:
    """The answer where no API view is at work."""
    return JsonResponse(problem(status, code, detail), status=status, content_type=MEDIA_TYPE)


class ProblemResponse(Response):
    """The answer of an API view: a page in the browsable API, and otherwise problem details,
    whatever format the client asked for and the view would have written."""

    @property
    def rendered_content(self) -> Any:
        if not isinstance(self.accepted_renderer, BrowsableAPIRenderer):
            self.accepted_renderer = ExactJSONRenderer()
            self.content_type = MEDIA_TYPE
        return super().rendered_content


def first_faults(detail: Any) -> list[dict[str, str | None]]:
    """The list ``errors``, from a ValidationError's nested detail: so long that people read it."""
    found = _faults(detail)
    first = list(islice(found, MAX_FAULTS))
    more = sum(1 for _ in found)
    if more:
        sentence = f"there are {more:,} more faults: correct these first"
        first.append({"field": None, "code": "more_faults", "detail": sentence})
    return first


def _faults(detail: Any, path: tuple[str, ...] = ()) -> Iterator[dict[str, str | None]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            is_whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _faults(inner, path if is_whole else (*path, str(name)))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            # Faults side by side are of the field itself; anything else belongs to an item of it.
            is_item = isinstance(inner, dict | list)
            yield from _faults(inner, (*path, str(index)) if is_item else path)
    else:
        yield {"field": ".".join(path) or None, "code": detail.code, "detail": str(detail)}
