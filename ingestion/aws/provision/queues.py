"""The queues, their dead-letter queues, and who may send to them."""

import json
from collections.abc import Generator
from typing import Any

from django.conf import settings

from common.aws.clients import sqs_client
from common.errors import wrapped
from common.provision.outcome import Provisioned
from ingestion.aws.sqs import dead_letter_queue, is_fifo

_DEAD_LETTER_SECONDS = 14 * 24 * 3600  # SQS keeps nothing longer
_STATEMENT_ID = "SluiceBucketEvents"


def provision_queue(name: str) -> Generator[Provisioned, None, str]:
    """A queue and its dead-letter queue. Returns the queue's ARN."""
    dead_letters = dead_letter_queue(name)
    # What is the same by its body is not the same message (a GET and a DELETE of one key), so that
    # content must not take the place of a deduplication id.
    fifo = {"FifoQueue": "true"} if is_fifo(name) else {}
    retention = {"MessageRetentionPeriod": str(_DEAD_LETTER_SECONDS), **fifo}
    outcome, dead_letters_arn = _queue(dead_letters, retention)
    yield outcome
    redrive = {
        "deadLetterTargetArn": dead_letters_arn,
        "maxReceiveCount": str(settings.MAX_DELIVERIES),
    }
    attributes = {
        "VisibilityTimeout": str(settings.VISIBILITY_SECONDS),
        "ReceiveMessageWaitTimeSeconds": str(settings.POLL_SECONDS),
        "RedrivePolicy": json.dumps(redrive),
        **fifo,
    }
    outcome, arn = _queue(name, attributes)
    yield outcome
    return arn


def allow_bucket_events(name: str, arn: str, bucket: str) -> Provisioned:
    """Let S3 send this bucket's events, of this account alone, to the queue."""
    thing = f"permission of bucket {bucket} to send to queue {name}"
    with wrapped("SQS", f"set the policy of queue {name}"):
        url = sqs_client().get_queue_url(QueueName=name)["QueueUrl"]
        policy = json.loads(_attributes(url).get("Policy") or '{"Version": "2012-10-17"}')
        foreign = [one for one in _statements(policy) if one.get("Sid") != _STATEMENT_ID]
        wanted = [*foreign, _statement(arn, bucket)]
        if _statements(policy) == wanted:
            return Provisioned(thing, "exists")
        corrects = len(foreign) < len(_statements(policy))
        new = json.dumps({**policy, "Statement": wanted})
        sqs_client().set_queue_attributes(QueueUrl=url, Attributes={"Policy": new})
    return Provisioned(thing, "corrected" if corrects else "created")


def _queue(name: str, wanted: dict[str, str]) -> tuple[Provisioned, str]:
    thing = f"queue {name}"
    with wrapped("SQS", f"provision the queue {name}"):
        try:
            url = sqs_client().get_queue_url(QueueName=name)["QueueUrl"]
        except sqs_client().exceptions.QueueDoesNotExist:
            url = sqs_client().create_queue(
                QueueName=name,
                Attributes=wanted,  # type: ignore[arg-type]
            )["QueueUrl"]
            return Provisioned(thing, "created"), _attributes(url)["QueueArn"]
        current = _attributes(url)
        wrong = {
            attribute: value
            for attribute, value in wanted.items()
            if _plain(current.get(attribute)) != _plain(value)
        }
        if wrong:
            sqs_client().set_queue_attributes(QueueUrl=url, Attributes=wrong)  # type: ignore[arg-type]
    return Provisioned(thing, "corrected" if wrong else "exists"), current["QueueArn"]


def _attributes(url: str) -> dict[str, str]:
    response = sqs_client().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return {str(name): value for name, value in response["Attributes"].items()}


def _plain(value: str | None) -> Any:
    """An attribute to compare: JSON documents by content, numbers in them as text."""
    if value is None or not value.startswith("{"):
        return value
    return {name: str(content) for name, content in json.loads(value).items()}


def _statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    statements = policy.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _statement(queue_arn: str, bucket: str) -> dict[str, Any]:
    partition, account = queue_arn.split(":")[1], queue_arn.split(":")[4]
    return {
        "Sid": _STATEMENT_ID,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:{partition}:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }
