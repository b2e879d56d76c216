"""Dead letters that tests make: real tasks, moved as SQS moves them after too many deliveries."""

from django.conf import settings

from common.aws.clients import sqs_client
from ingestion.aws import sqs
from ingestion.dead_letters import inbox as inbox_messages
from ingestion.models import Import
from ingestion.running.tasks import CeleryQueue


def make_dead_letter(import_: Import) -> None:
    """Put the plan of an import into the dead-letter queue."""
    CeleryQueue().plan(str(import_.pk))
    url = sqs.queue_url(settings.CELERY_QUEUE)
    (delivery,) = sqs.receive(url)
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(settings.CELERY_QUEUE)), delivery.body)
    sqs.delete(url, [delivery])


def dead_import(key: str = "in/data.csv") -> Import:
    """An import whose plan is a dead letter."""
    import_ = Import.objects.create(
        bucket=settings.DATA_BUCKET,
        key=key,
        identity=key,
        state="failed",
        error_code="dead_letter",
        error_detail="Gave up.",
    )
    make_dead_letter(import_)
    return import_


def put_dead(queue: str, body: str, method: str = "") -> str:
    """Put a message into the dead-letter queue of ``queue``; its id."""
    attributes = {"Method": {"DataType": "String", "StringValue": method}} if method else {}
    url = sqs.queue_url(sqs.dead_letter_queue(queue))
    response = sqs_client().send_message(
        QueueUrl=url, MessageBody=body, MessageAttributes=attributes
    )
    return response["MessageId"]


def inbox() -> list[tuple[str, str]]:
    """The methods and bodies that wait in the inbox; they are taken out."""
    url = sqs.queue_url(settings.MESSAGE_INBOX_QUEUE)
    found = sqs.receive(url, wait_seconds=0)
    sqs.delete(url, found)
    return [(inbox_messages.method_of(one.attributes), one.body) for one in found]


def waiting_tasks() -> int:
    """How many messages wait in Celery's queue."""
    return sqs.backlog(sqs.queue_url(settings.CELERY_QUEUE))
