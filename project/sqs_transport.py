"""Celery's SQS transport, run synchronously.

kombu's asynchronous SQS consumer ends, or goes on without ever polling again, after a failed
ReceiveMessage (seen with kombu 5.7.0). Declared synchronous, Celery uses its blocking loop and
boto3's own client, with that client's timeouts and retries.
"""

from functools import cached_property, lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from celery.signals import worker_shutdown
from django.conf import settings
from django.db import close_old_connections
from kombu.transport import SQS

from common import meters
from common.aws.clients import sqs_client
from common.errors import ServiceError
from ingestion.aws.sqs import queue_url
from ingestion.running.heartbeats import Heart, Kind


class Channel(SQS.Channel):
    """Uses the project's client, and knows Celery's queue alone."""

    @cached_property
    def predefined_queues(self) -> dict[str, dict[str, Any]]:
        """Celery's queue, its URL, and the pause before each further delivery of a failed task."""
        pauses = dict(enumerate(settings.RETRY_SECONDS, start=1))
        return {
            settings.CELERY_QUEUE: {
                "url": queue_url(settings.CELERY_QUEUE),
                "backoff_policy": pauses,
                "backoff_tasks": ["ingestion.plan_import", "ingestion.write_chunk"],
            }
        }

    def _envelope_payload(
        self, payload: dict[str, Any], raw_text: str, message: dict[str, Any], q_url: str
    ) -> dict[str, Any]:
        """Tell the task the how manieth delivery this is, as ``request.receive_count``."""
        envelope: dict[str, Any] = super()._envelope_payload(  # type: ignore[misc]
            payload, raw_text, message, q_url
        )
        count = message.get("Attributes", {}).get("ApproximateReceiveCount", 1)
        envelope.setdefault("headers", {})["receive_count"] = int(count)
        return envelope

    def sqs(self, queue: str | None = None) -> Any:
        return sqs_client()


class Transport(SQS.Transport):
    Channel = Channel
    implements = SQS.Transport.implements.extend(asynchronous=False)
    connection_errors = (
        *SQS.Transport.connection_errors,
        ClientError,
        BotoCoreError,
        ServiceError,
    )

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Wait for a task and run it. Only workers do: Celery's own heartbeats would have to come
        over SQS, which cannot broadcast."""
        close_old_connections()
        _heart().beat()
        super().drain_events(connection, timeout, **options)


@lru_cache(maxsize=1)
def _heart() -> Heart:
    """Of this process, however often it connects anew."""
    meters.serve(settings.METRICS_PORT)
    return Heart(Kind.WORKER)


@worker_shutdown.connect
def stop_heart(**_: Any) -> None:
    close_old_connections()
    _heart().stop()
