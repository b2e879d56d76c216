"""A file with an event, and who takes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from project.local.invoke import http_event, s3_event, sqs_event
from project.local.invoke.answer import InvokeResponse, NotInvoked
from project.local.invoke.web import Web

# As large as a function's event may be.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_MAX_BYTES = 6 * 1024 * 1024


def read(path: Path) -> dict[str, Any]:
    """The event in a file. Raises NotInvoked."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise NotInvoked(f"{path} has more than {_MAX_BYTES:,} bytes; no event has.")
        event = json.loads(content)
    except OSError as error:
        raise NotInvoked(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise NotInvoked(f"{path} is not JSON.") from error
    if not isinstance(event, dict):
        raise NotInvoked(f"{path} is not an event: it must be a JSON object.")
    return event


def invoke(event: dict[str, Any], environment: Mapping[str, str]) -> InvokeResponse:
    """Send an event to whatever takes its kind. Raises NotInvoked and ServiceError."""
    if "httpMethod" in event:
        return http_event.invoke(event, Web.of_environment(environment))
    source = _source(event)
    if source == "aws:s3":
        return s3_event.invoke(event, Web.of_environment(environment))
    if source == "aws:sqs":
        return sqs_event.invoke(event)
    raise NotInvoked("The event is not one of API Gateway (REST), S3 or SQS.")


def _source(event: dict[str, Any]) -> str:
    """The service of all its records; '' where they have no common one."""
    records = event.get("Records")
    if not isinstance(records, list):
        return ""
    sources = {str(one.get("eventSource")) if isinstance(one, dict) else "" for one in records}
    return sources.pop() if len(sources) == 1 else ""
