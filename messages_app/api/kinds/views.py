"""The API of kinds: what they are, their making, and the JSON Schema of the records of each."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import ViewSet

from audit.actor import Actor, Channel
from common.rest.json_schema import JSONSchema
from common.rest.pages import changed_url
from common.rest.strict import read_query
from messages_app import models
from messages_app.api.kinds import documented
from messages_app.api.kinds.json_schema import schema_of_records
from messages_app.kinds import making, registry, reporting
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.definition import BadDefinition
from messages_app.store.partitions import spread

_MEMBERS = (
    *("name", "label", "fields", "time_field", "identity"),
    *("retention_days", "partitions", *reporting.MEMBERS, "version", "is_builtin"),
)


class KindConflict(APIException):
    """What was asked for cannot be done to this kind now."""

    status_code = status.HTTP_409_CONFLICT


@documented.kinds
class KindViewSet(ViewSet):
    """Kinds of records: which fields they have, what makes their moment, and what tells records of
    one moment apart."""

    permission_model = models.Kind
    api_tag = "kinds"

    @property
    def query_serializer(self) -> documented.KindsQuery | None:
        return documented.KindsQuery() if self.action == "list" else None

    @property
    def api_components(self) -> JSONSchema:
        return documented.components()

    def handle_exception(self, error: Exception) -> Response:
        return super().handle_exception(_as_api_error(error))

    def list(self, request: Request) -> Response:
        """List kinds.

        By name, page by page; the first page begins with the built-in one.
        """
        query = read_query(documented.KindsQuery(), request.query_params)
        after, size = query.get("after", ""), query["page_size"]
        found = registry.listed(after, size + 1)
        page = found[:size]
        url = changed_url(request, "after", page[-1].name if len(found) > size else None)
        shown = page if after else [BUILTIN, *page]
        counts = spread.counts_of(one.name for one in shown)
        return Response({"next": url, "results": [one.as_json(counts[one.name]) for one in shown]})

    def create(self, request: Request) -> Response:
        """Make a kind.

        With a table of its own. Its records are at `/api/records/{name}/` from then on.
        """
        made = making.make(_body(request), self._actor(request))
        response = Response(made.as_json(), status.HTTP_201_CREATED)
        response["Location"] = reverse("api-kind", [made.name], request=request)
        return response

    def retrieve(self, request: Request, name: str) -> Response:
        """Read a kind.

        As it is now.
        """
        return Response(registry.find(name).as_json())

    def partial_update(self, request: Request, name: str) -> Response:
        """Change a kind.

        What is not sent stays as it is; `fields` are sent whole. While it has records, labels,
        units and the order of fields may change, an optional field may be added, and a rule may be
        made wider. With the `version` that was read, a change of somebody else's in between is
        refused. A shorter `retention_days` hides older records at once and deletes them; it needs
        the permission to delete records. Of the built-in kind only `retention_days`,
        `report_minutes` and `device_field` can be changed; another `device_field` forgets the known
        devices. Another number of `partitions` is refused: `manage.py spread` changes it.
        """
        kind = registry.find(name)
        data = _body(request)
        if data.get("name", name) != name:
            raise ValidationError({"name": [ErrorDetail("must stay", "key")]})
        return Response(making.change(kind, data, self._actor(request)).as_json())

    def destroy(self, request: Request, name: str) -> Response:
        """Delete a kind.

        Its table is deleted too. The kind must have no records.
        """
        making.delete(registry.find(name), self._actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @documented.record_schema
    def record_schema(self, request: Request, name: str) -> Response:
        """Read the JSON Schema of a kind's records.

        Of the records as they are answered; under `$defs` those of a new one and of changes.
        """
        here = reverse("api-kind-schema", [name], request=request)
        return Response(schema_of_records(registry.find(name), here))

    def _actor(self, request: Request) -> Actor:
        return Actor.from_request(request, Channel.API)


def _body(request: Request) -> dict[str, Any]:
    """The object that was sent. Raises ValidationError."""
    data = request.data
    if not isinstance(data, dict):
        raise ValidationError({"non_field_errors": [ErrorDetail("Send a JSON object.", "invalid")]})
    unknown = {
        name: [ErrorDetail("is not known here", "unknown")] for name in data if name not in _MEMBERS
    }
    if unknown:
        raise ValidationError(unknown)
    return data


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, making.KindRefused):
        return KindConflict(str(error), "kind_refused")
    if isinstance(error, BadDefinition):
        return ValidationError(
            {
                member: [ErrorDetail(sentence, "invalid") for sentence in sentences]
                for member, sentences in error.faults.items()
            }
        )
    return error
