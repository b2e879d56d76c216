"""An event of API Gateway: an HTTP request, which is made of the web.

https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from project.local.invoke.answer import InvokeResponse, NotInvoked
from project.local.invoke.web import Web

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# The demo's function that reads all messages scanned its table whatever the method was, and its
# sample event says so.
_OF_THE_DEMO = {"SCAN": "GET"}
_JSON = "application/json"


def invoke(event: Mapping[str, Any], web: Web) -> InvokeResponse:
    """Raises NotInvoked."""
    method = str(event["httpMethod"]).upper()
    method = _OF_THE_DEMO.get(method, method)
    if method not in _METHODS:
        raise NotInvoked(f"httpMethod must be one of {', '.join(_METHODS)}, not {method[:40]!r}.")
    return web.ask(method, _path(event), _body(event), _content_type(event))


def _path(event: Mapping[str, Any]) -> str:
    """Samples written by hand may leave what ``pathParameters`` has out of ``path``."""
    path = str(event.get("path") or "/")
    parameters = _members(event, "pathParameters").values()
    lacking = [str(value) for value in parameters if str(value) not in path.split("/")]
    path = "/".join([path.rstrip("/"), *lacking]) if lacking else path
    query = _members(event, "queryStringParameters") | _members(
        event, "multiValueQueryStringParameters"
    )
    encoded = quote(path, safe="/%:")
    return f"{encoded}?{urlencode(query, doseq=True)}" if query else encoded


def _body(event: Mapping[str, Any]) -> str:
    """As text. The demo's samples call it base64 where it is plain: then it is taken as it is."""
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise NotInvoked("The event's body must be a text, as API Gateway hands it over.")
    if event.get("isBase64Encoded"):
        try:
            return base64.b64decode(body, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return body
    return body


def _content_type(event: Mapping[str, Any]) -> str:
    headers = {name.lower(): str(value) for name, value in _members(event, "headers").items()}
    return headers.get("content-type", _JSON)


def _members(event: Mapping[str, Any], name: str) -> dict[str, Any]:
    """API Gateway has null where there are none."""
    found = event.get(name) or {}
    if not isinstance(found, dict):
        raise NotInvoked(f"The event's {name} must be an object.")
    return found
