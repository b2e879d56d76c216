"""The requests of a client to AWS as spans of what is at work; polls of nobody are none."""

from typing import Any

from common.tracing import spans

_SPAN = "sluice_span"


def watch(client: Any) -> None:
    """Where traces are wanted."""
    if spans.is_on():
        events = client.meta.events
        events.register("before-call", _begin)
        events.register("after-call", _end)
        events.register("after-call-error", _failed)


def _begin(model: Any, context: dict[str, Any], **_: Any) -> None:
    service = model.service_model.service_id
    context[_SPAN] = spans.begun(
        f"{service}.{model.name}",
        "client",
        **{"rpc.system": "aws-api", "rpc.service": service, "rpc.method": model.name},
    )


def _end(context: dict[str, Any], parsed: dict[str, Any], **_: Any) -> None:
    span = context.pop(_SPAN, None)
    if span is None:
        return
    if code := parsed.get("Error", {}).get("Code", ""):
        span.tell(is_failed=True, **{"error.type": code})
    span.end()


def _failed(context: dict[str, Any], exception: Exception, **_: Any) -> None:
    span = context.pop(_SPAN, None)
    if span is not None:
        span.tell(is_failed=True, **{"error.type": type(exception).__name__})
        span.end()
