"""Structured logs: one JSON object a line, or one readable line on a laptop."""

from collections.abc import MutableMapping
from typing import Any

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def logging_config(log_format: str) -> dict[str, Any]:
    """The ``LOGGING`` setting. ``log_format`` is ``json`` or ``console``.

    Context that is bound with ``structlog.contextvars`` (the request id, the import id) appears on
    every line, those of libraries included.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format == "console":
        renderer = _readable
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["out"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO"},
            # A refused request has its line from project/http/middleware.py.
            "django.request": {"level": "ERROR"},
            "axes": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "boto3": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            # Its line of each task that arrives comes before anybody knows what the task is about.
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


def _readable(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """``12:00:01 warning  import failed  code=no_rows import_id=…``, and a traceback below."""
    time = str(event.pop("timestamp", ""))[11:19]
    level, text = event.pop("level", ""), event.pop("event", "")
    trace = event.pop("exception", "")
    del event["logger"]
    details = " ".join(f"{name}={value}" for name, value in sorted(event.items()))
    line = _printable(f"{time} {level:<8} {text}  {details}".rstrip())
    return line + (f"\n{trace}" if trace else "")


def _printable(line: str) -> str:
    """Without control characters, which a request's path can have: a line stays one line."""
    return line if line.isprintable() else repr(line)[1:-1]
