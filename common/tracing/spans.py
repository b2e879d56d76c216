"""OpenTelemetry's spans, where its own variables say where they are to be sent; else nothing is
done, and nothing of the library is loaded.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

Kind = Literal["internal", "server", "client", "consumer"]

# Where the context of a trace stands in headers: https://www.w3.org/TR/trace-context/
HEADER = "traceparent"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Span:
    """One that goes nowhere; common/tracing/exported.py has the other."""

    def tell(self, name: str = "", *, is_failed: bool = False, **attributes: str | int) -> None:
        """Give it another name, or attributes."""

    def end(self) -> None:
        """Only for those of :func:`begun`."""


_NOWHERE = Span()


def is_on() -> bool:
    """Whether traces are wanted."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    return exporter == "otlp" and any(os.environ.get(name) for name in _ENDPOINTS)


@contextmanager
def span(
    name: str, kind: Kind = "internal", parent: object = None, **attributes: str | int
) -> Iterator[Span]:
    """What is done meanwhile, as a part of what is at work; or of ``parent``, a header that came
    with it. Whatever is no such header begins a trace."""
    exported = _exported()
    if exported is None:
        yield _NOWHERE
        return
    with exported.span(name, kind, parent, attributes) as opened:
        yield opened


def begun(name: str, kind: Kind, **attributes: str | int) -> Span:
    """A part of what is at work, until its ``end``; nothing where nothing is."""
    exported = _exported()
    return _NOWHERE if exported is None else exported.begun(name, kind, attributes)


def carried() -> str:
    """The header by which another process goes on with the trace; '' where there is none."""
    exported = _exported()
    return "" if exported is None else exported.carried()


def flush() -> None:
    """Send what is waiting."""
    if (exported := _exported()) is not None:
        exported.flush()


@lru_cache(maxsize=1)
def _exported() -> Any:
    """In each process that has something to tell, for the first time when it has."""
    return import_module("common.tracing.exported").Exported() if is_on() else None
