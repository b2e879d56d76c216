"""Answers to producers that ask for records, sent to the queue that they name if it may be one."""

import structlog
from django.conf import settings

from common.errors import ServiceError
from ingestion.aws import sqs
from ingestion.running.inbox.incoming import METHOD, Incoming
from ingestion.running.inbox.models import Outcome
from messages_app.legacy.queue import answers
from messages_app.legacy.queue.operations import ReadAll, ReadRecord
from messages_app.store.repository import RecordRepository

log = structlog.get_logger(__name__)

IN_REPLY_TO = "InReplyTo"


def reply(one: Incoming, repository: RecordRepository) -> None:
    """Send what a message asks for. Raises ServiceError."""
    if one.reply_to not in settings.INBOX_REPLY_QUEUES:
        log.info("inbox message not answered", message=one.id, method=one.method[:20])
        one.done(Outcome.DROPPED)
        return
    body = _body(one, repository)
    attributes = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in ((METHOD, one.method), (IN_REPLY_TO, one.id))
    }
    try:
        sqs.send(sqs.queue_url(one.reply_to), body, attributes, one.delivery)
    except ServiceError as error:
        if not error.permanent:
            raise
        one.refuse(str(error))
        return
    one.done(Outcome.ANSWERED)


def _body(one: Incoming, repository: RecordRepository) -> str:
    operation = one.operation
    if isinstance(operation, ReadRecord):
        return answers.of_one(repository.get(*operation.key), repository.schema)
    assert isinstance(operation, ReadAll)
    limit = min(operation.limit or answers.MAX_RECORDS, answers.MAX_RECORDS)
    found, last = repository.scan(operation.start, limit)
    return answers.of_page(found, last, repository.schema)
