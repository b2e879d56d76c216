"""The Celery application, over SQS.

The options in the settings, and what each prevents:

- ``TASK_ACKS_LATE``, ``TASK_ACKS_ON_FAILURE`` off, ``TASK_REJECT_ON_WORKER_LOST``: a message is
  deleted only after its task succeeded. Anything else comes back after the visibility timeout,
  and goes to the dead-letter queue after ``MAX_DELIVERIES``.
- ``polling_interval`` 0: the default sleeps a second between tasks.
- predefined queues (``project/sqs_transport.py``): no ListQueues or CreateQueue rights are needed,
  and nothing is created by a typing mistake. The visibility timeout is set on the queue itself, by
  ``manage.py provision``.
- the ``solo`` pool: one task a process, no children to lose. Scale by processes.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_ready,
)
from structlog.contextvars import bind_contextvars, clear_contextvars

from common.aws.collector import collect_seldom
from common.tracing import request_id, spans

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
# Celery would load all pages for Django's checks, and ignore what these find.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("sluice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["ingestion.running", "columns", "notices"])


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django's LOGGING is set up already; with a receiver here Celery leaves it alone."""


@worker_ready.connect
def be_ready(**_: Any) -> None:
    collect_seldom()


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """The id of the request, and its trace, go with the tasks that it causes, and on to those that
    they send."""
    if own := request_id.current():
        headers[request_id.NAME] = own
    if trace := spans.carried():
        headers[spans.HEADER] = trace


@task_prerun.connect
def bind_request_id(task: Any, **_: Any) -> None:
    """Anybody who may write to the queue may have written the id."""
    clear_contextvars()
    if own := request_id.harmless(task.request.get(request_id.NAME)):
        bind_contextvars(**{request_id.NAME: own})


@task_postrun.connect
def forget_request_id(**_: Any) -> None:
    clear_contextvars()
