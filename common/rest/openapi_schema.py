"""The OpenAPI document: what is the same for all routes is added here."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ResolvedComponent
from rest_framework.negotiation import DefaultContentNegotiation

from common.rest import openapi_problems as problems
from common.rest.json_schema import JSONSchema
from common.rest.openapi_problems import ProblemDocument

HEADERS = {
    "RequestID": problems.header(
        "The request's own X-Request-ID, or a new one: under it the request is in the log.",
        "4cd1ac4e-6c93-4d4c-9a0e-0f6f7d4b9c55",
    )
}
_REQUEST_ID = {"X-Request-ID": {"$ref": "#/components/headers/RequestID"}}


class UsualResponses(AutoSchema):
    """Adds the error responses that any route of its kind has, and headers that all have.

    ``responses`` of ``extend_schema`` take a :class:`ProblemDocument` too. What a route tells
    there by itself is left as it is.
    """

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if "requestBody" in operation and self.method != "PATCH":
            operation["requestBody"]["required"] = True
        responses = operation["responses"]
        for problem in self._usual_problems(operation):
            responses.setdefault(str(problem.status), self._reference(problem))
        if _optional_query(operation):
            responses.setdefault("414", problems.ADDRESS_TOO_LONG)
        operation["responses"] = dict(sorted(responses.items()))
        for parameter in _optional_query(operation):
            if parameter["schema"].get("type") != "array":  # of which none are sent then
                parameter["allowEmptyValue"] = True  # as if it was not there
        return operation

    def _get_response_for_code(self, serializer: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(serializer, ProblemDocument):
            return self._reference(serializer)
        response = super()._get_response_for_code(serializer, *args, **kwargs)  # type: ignore[no-untyped-call]
        return {**response, "headers": {**response.get("headers", {}), **_REQUEST_ID}}

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # lists are pages: objects with results

    def _usual_problems(self, operation: JSONSchema) -> Iterator[ProblemDocument]:
        has_body = "requestBody" in operation
        if has_body or _optional_query(operation):
            yield problems.INVALID
        yield problems.NOT_AUTHENTICATED
        yield problems.PERMISSION_DENIED
        if "{" in self.path or any(one["name"] == "format" for one in _optional_query(operation)):
            yield problems.NOT_FOUND
        negotiates = isinstance(self.view.get_content_negotiator(), DefaultContentNegotiation)
        if negotiates:
            yield problems.NOT_ACCEPTABLE
        if has_body:
            yield problems.TOO_LARGE
        if has_body and negotiates:
            yield problems.UNSUPPORTED_MEDIA_TYPE
        yield problems.THROTTLED
        yield problems.UNAVAILABLE

    def _reference(self, problem: ProblemDocument) -> Any:
        response = problem.as_response()
        response["headers"] = {**response.get("headers", {}), **_REQUEST_ID}
        identity = ComponentIdentity(problem.name)  # type: ignore[no-untyped-call]
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            problem.name, ResolvedComponent.RESPONSE, response, identity
        )
        self.registry.register_on_missing(component)
        return component.ref


def _optional_query(operation: JSONSchema) -> list[JSONSchema]:
    return [
        parameter
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and not parameter.get("required")
    ]
