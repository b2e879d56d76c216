"""The OpenAPI document: what is the same for all routes is made here from views and their docs."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    ComponentIdentity,
    ComponentRegistry,
    ResolvedComponent,
    get_doc,
)
from drf_spectacular.utils import OpenApiResponse
from rest_framework.negotiation import DefaultContentNegotiation

from common.rest import openapi_problems as problems
from common.rest.json_schema import JSONSchema, reference
from common.rest.openapi_examples import Examples
from common.rest.openapi_problems import ProblemDocument
from common.rest.problems import ProblemSerializer
from common.rest.strict import Parsed, Strict


class StrictInDocument(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """No other names than those that are told."""

    target_class = Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> JSONSchema:
        mapped = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - the library's documented way
        return {**mapped, "additionalProperties": False}


class ParsedInDocument(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Parsed
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> JSONSchema:
        return dict(self.target.json_schema)


class DocumentedView(AutoSchema):
    """A view tells its ``api_tag``, its ``query_serializer`` and ``api_components``, schemas by
    name; a method's docstring is summary and description. ``responses`` of ``extend_schema`` take
    a :class:`ProblemDocument` too. Error responses that any route of its kind has, headers that all
    have, and examples are added; what a route tells by itself is left as it is.
    """

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if "requestBody" in operation:  # a change without a body changes nothing
            operation["requestBody"]["required"] = self.method != "PATCH"
        responses = operation["responses"]
        for problem in self._usual_problems(operation):
            if str(problem.status) not in responses:
                code = str(problem.status)
                responses[code] = self._get_response_for_code(problem, code)
        operation["responses"] = dict(sorted(responses.items()))
        for parameter in operation.get("parameters", []):
            _tidy(parameter)
        for response in responses.values():
            self._add_examples(response, is_sent=False)
        return operation

    def body_example(self, view: Any, method: str) -> Any:
        """The example of what a method of a view is sent; None where it has no body."""
        self.view, self.method, self.path, self.registry = view, method, "", ComponentRegistry()
        contents = (self._get_request_body() or {}).get("content", {})
        return next((content["example"] for content in contents.values()), None)

    @property
    def _tag(self) -> str:
        return str(getattr(self.view, "api_tag", ""))

    def get_tags(self) -> list[str]:
        return [self._tag]

    def get_operation_id(self) -> str:
        action = getattr(self.view, "action", None) or self.method.lower()
        return f"{self._tag.replace('-', '_')}_{action}"

    def get_summary(self) -> str:
        return str(self._documentation()[0].rstrip("."))

    def get_description(self) -> str:  # type: ignore[override]
        return str(self._documentation()[1])

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.view, "query_serializer", None)
        return [query] if query is not None else []

    def _resolve_path_parameters(self, variables: Any) -> Any:
        """The id in an address is that of the view's model."""
        view: Any = self.view
        found = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        for one in found:
            if one["name"] in ("id", view.lookup_url_kwarg) and "description" not in one:
                noun = view.queryset.model._meta.verbose_name  # noqa: SLF001 - Django's name for it
                one["description"] = f"The {noun}'s id."
        return found

    def _documentation(self) -> tuple[str, str]:
        name = getattr(self.view, "action", None) or self.method.lower()
        summary, _, description = get_doc(getattr(self.view, name)).partition("\n\n")
        return summary, " ".join(description.split())

    def _get_request_body(self, *args: Any) -> Any:
        self._register(getattr(self.view, "api_components", {}))
        self.resolve_serializer(ProblemSerializer, "response")
        body = super()._get_request_body(*args)  # type: ignore[no-untyped-call]
        self._add_examples(body or {}, is_sent=True)
        return body

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: Any,
        media_types: Any = None,
        direction: Any = "response",
    ) -> Any:
        if isinstance(serializer, ProblemDocument):
            self._register({serializer.name: serializer.as_response()}, ResolvedComponent.RESPONSE)
            return {"$ref": f"#/components/responses/{serializer.name}"}
        is_name = isinstance(serializer.body, str)
        body = reference(serializer.body) if is_name else serializer.body
        phrase = f"{HTTPStatus(int(status_code)).phrase}."
        response = super()._get_response_for_code(  # type: ignore[no-untyped-call]
            OpenApiResponse(body, phrase), status_code, media_types, direction
        )
        return {**response, "headers": problems.references(*serializer.headers)}

    def _get_request_for_media_type(self, serializer: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(serializer, str):
            return reference(serializer), True
        return super()._get_request_for_media_type(serializer, *args, **kwargs)  # type: ignore[no-untyped-call]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # lists are pages: objects with results

    def _usual_problems(self, operation: JSONSchema) -> Iterator[ProblemDocument]:
        has_body, query = "requestBody" in operation, _optional_query(operation)
        if has_body or query:
            yield problems.INVALID
        yield problems.NOT_AUTHENTICATED
        yield problems.PERMISSION_DENIED
        if "{" in self.path or any(one["name"] == "format" for one in query):
            yield problems.NOT_FOUND
        negotiates = isinstance(self.view.get_content_negotiator(), DefaultContentNegotiation)
        if negotiates:
            yield problems.NOT_ACCEPTABLE
        if has_body:
            yield problems.TOO_LARGE
        if query:
            yield problems.ADDRESS_TOO_LONG
        if has_body and negotiates:
            yield problems.UNSUPPORTED_MEDIA_TYPE
        yield problems.THROTTLED
        yield problems.UNAVAILABLE

    def _add_examples(self, part: JSONSchema, *, is_sent: bool) -> None:
        examples = Examples(self._resolve, is_sent=is_sent)
        for content in part.get("content", {}).values():
            if not content.keys() & {"example", "examples"}:
                content["example"] = examples.value(content["schema"])

    def _resolve(self, reference: str) -> JSONSchema:
        schema: JSONSchema = self.registry[
            reference.rpartition("/")[2], ResolvedComponent.SCHEMA
        ].schema
        return schema

    def _register(self, schemas: JSONSchema, kind: Any = ResolvedComponent.SCHEMA) -> None:
        for name, schema in schemas.items():
            identity = ComponentIdentity(name)  # type: ignore[no-untyped-call]
            component = ResolvedComponent(name, kind, schema, identity)  # type: ignore[no-untyped-call]
            self.registry.register_on_missing(component)


def finished(result: Any, **_: Any) -> Any:
    """The hook that adds the headers of all answers, and writes objects that may be null out: in
    OpenAPI 3.0 ``nullable`` needs a type beside it, which a reference does not have."""
    parts = result["components"]
    parts["headers"] = problems.HEADERS
    for schema in parts["schemas"].values():
        for one in schema.get("properties", {}).values():
            if one.get("nullable") and "allOf" in one:
                [referred] = one.pop("allOf")
                whole = parts["schemas"][referred["$ref"].rpartition("/")[2]]
                one.update({**whole, **one})
    return result


def _optional_query(operation: JSONSchema) -> list[JSONSchema]:
    return [one for one in operation.get("parameters", []) if _is_optional_query(one)]


def _is_optional_query(parameter: JSONSchema) -> bool:
    return parameter["in"] == "query" and not parameter.get("required")


def _tidy(parameter: JSONSchema) -> None:
    """Pages that are made of the document prefill what has an example or a default: nothing but
    what is required."""
    schema = parameter["schema"] = dict(parameter["schema"])
    if "explode" in schema:
        parameter["explode"] = schema.pop("explode")
    if parameter.get("required"):
        return
    schema = parameter["schema"] = _without_examples(schema)
    if parameter["in"] == "query" and "items" not in schema:
        parameter["allowEmptyValue"] = True  # as if it was not there
    if default := schema.pop("default", None):
        parameter["description"] += f" Without it: {default}."


def _without_examples(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_examples(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {name: _without_examples(one) for name, one in node.items() if name != "example"}
