"""The formats API: kept formats, suggestions for files, trials."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.paging import cursor as cursors
from common.rest import json_schema
from common.rest.pages import changed_url
from common.rest.strict import read_body, read_query
from ingestion.api.formats import answers, openapi
from ingestion.api.formats.inputs import (
    OPTIONS,
    FormatSerializer,
    FormatsQuery,
    SampleSerializer,
    TrialSerializer,
)
from ingestion.formats import audit_log, suggesting, versions
from ingestion.formats.kinds import kind_of, schema_of
from ingestion.formats.models import Format, FormatVersion
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.uploads.sample_upload import keep_sample

_OF_FILES = ("suggest", "try_out")


@openapi.formats
class FormatViewSet(GenericViewSet[Format]):
    """Formats: how producers write their files, said once."""

    permission_model = Format
    api_tag = "formats"
    permission_action: str | None = None
    queryset = Format.objects.filter(is_retired=False)
    serializer_class = FormatSerializer
    lookup_url_kwarg = "number"
    lookup_value_regex = json_schema.NUMBER

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if self.action_map.get((request.method or "").lower()) in _OF_FILES:
            keep_sample(request)
        return super().initialize_request(request, *args, **kwargs)

    def list(self, request: Request) -> Response:
        """List formats.

        Sorted by name. Follow `next` until it is null.
        """
        query = read_query(FormatsQuery(), request.query_params)
        identity = [query.get("kind", ""), query.get("search", "")]
        found = self.get_queryset().order_by("name")
        if "kind" in query:
            found = found.filter(kind=query["kind"])
        if "search" in query:
            found = found.filter(name__icontains=query["search"])
        if "cursor" in query:
            found = found.filter(name__gt=cursors.read(query["cursor"], identity)[0])
        size = query["page_size"]
        listed = list(found[: size + 1])
        after = cursors.write([listed[size - 1].name], identity) if len(listed) > size else None
        return Response(
            {
                "next": changed_url(request, "cursor", after),
                "results": _as_json(listed[:size]),
            }
        )

    def create(self, request: Request) -> Response:
        """Make a format.

        An exported format can be sent as it is. The request is refused, with the reason, when the
        format contradicts itself or its kind, or matches files of another format.
        """
        data = read_body(self.get_serializer(data=request.data))
        name, kind = data.pop("name"), data.pop("kind")
        with _refused():
            made = versions.create(
                name, kind, definition_from_json(data), schema_of(kind), request.user
            )
        audit_log.log(self._actor(), audit_log.CREATED, made)
        response = self._response(made, status.HTTP_201_CREATED)
        response["Location"] = reverse("api-format-detail", [made.pk], request=request)
        return response

    def retrieve(self, request: Request, number: str) -> Response:
        """Read a format.

        In the form in which it is sent: this is also its export.
        """
        return self._response(self.get_object())

    def partial_update(self, request: Request, number: str) -> Response:
        """Change a format.

        Makes the next version of the format with the members that are sent. Imports that have
        started keep the version that they started with.
        """
        format_ = self.get_object()
        data = read_body(self.get_serializer(data=request.data, partial=True))
        name, kind = data.pop("name", format_.name), data.pop("kind", format_.kind)
        if kind != format_.kind:
            raise ValidationError({"kind": ["cannot be changed: make another format"]})
        with _refused():
            definition = definition_from_json({**format_.current.options, **data})
            is_new = versions.change(format_, name, definition, schema_of(kind), request.user)
        format_.refresh_from_db()
        if is_new:
            audit_log.log(self._actor(), audit_log.CHANGED, format_)
        return self._response(format_)

    def destroy(self, request: Request, number: str) -> Response:
        """Delete a format.

        No file is recognised by it any more. Its imports still name the version that read them.
        """
        format_ = self.get_object()
        versions.retire(format_)
        audit_log.log(self._actor(), audit_log.DELETED, format_)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, url_path="versions")
    def versions(self, request: Request, number: str) -> Response:
        """List the versions of a format.

        Each version, with who made it, when, and how many imports it read.
        """
        found = self.get_object().versions.select_related("created_by")
        counted = found.annotate(import_count=Count("imports")).order_by("-number")
        return Response({"results": answers.versions_as_json(counted)})

    @action(
        detail=False,
        methods=["post"],
        serializer_class=SampleSerializer,
        parser_classes=(MultiPartParser,),
    )
    def suggest(self, request: Request) -> Response:
        """Suggest a format for a file.

        Looks at the beginning of a file. `known` is the existing format for such files, and
        `needs_format` is false when they need none. Otherwise answer each of the `questions`, by
        merging the `value` of one of its choices into `format`, and make that format. `rows` are
        the first rows as they would be stored. Nothing is stored.
        """
        data = read_body(self.get_serializer(data=request.data))
        file = data["file"]
        with _refused():
            kind = kind_of(data["kind"])
            found = suggesting.suggest_for(file.name, file.content, kind, is_whole=_is_whole(data))
        return Response(answers.suggested_as_json(data["kind"], found))

    @action(
        detail=False,
        methods=["post"],
        serializer_class=TrialSerializer,
        parser_classes=(MultiPartParser,),
        url_path="try",
    )
    def try_out(self, request: Request) -> Response:
        """Try a format on a file.

        How the format, stored or not, reads the file's first rows. Nothing is stored.
        """
        data = read_body(self.get_serializer(data=request.data))
        try:
            format_json = json.loads(data["format"])
        except (ValueError, RecursionError):
            raise ValidationError({"format": ["is not JSON"]}) from None
        options = {
            name: format_json[name]
            for name in OPTIONS
            if isinstance(format_json, dict) and name in format_json
        }
        file = data["file"]
        with _refused():
            schema = schema_of(data["kind"])
            trial = suggesting.trial_of(
                file.name, file.content, options, schema, is_whole=_is_whole(data)
            )
        return Response(answers.trial_as_json(trial))

    def _actor(self) -> Actor:
        return Actor.from_request(self.request, Channel.API)

    def _response(self, format_: Format, code: int = status.HTTP_200_OK) -> Response:
        return Response(answers.format_as_json(format_, format_.current), code)


def _as_json(formats: list[Format]) -> list[dict[str, Any]]:
    """With one query for all their versions."""
    found = FormatVersion.objects.filter(format__in=formats)
    current = {(one.format_id, one.number): one for one in found}
    return [answers.format_as_json(one, current[one.pk, one.version]) for one in formats]


def _is_whole(data: dict[str, Any]) -> bool:
    file = data["file"]
    return bool(len(file.content) >= data.get("size", file.size))


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except BadFormat as error:
        raise ValidationError(
            {path or "format": [fault] for path, fault in error.faults.items()}
        ) from error
    except FileError as error:
        raise ValidationError({"file": [error.detail]}, error.code) from error
