"""Makes what Sluice needs on the configured AWS. Run it as often as you like.

What is there stays; wrong attributes are put right; nothing is ever deleted.
"""

from collections.abc import Iterator

from django.conf import settings

from common.aws.clients import dynamodb_client, s3_client
from common.provision.outcome import Provisioned
from common.provision.readiness import patience
from ingestion.aws.provision.bucket import provision_bucket
from ingestion.aws.provision.cors import provision_cors
from ingestion.aws.provision.lifecycle import provision_lifecycle
from ingestion.aws.provision.notification import provision_notification
from ingestion.aws.provision.queues import allow_bucket_events, provision_queue
from ingestion.aws.sqs import queue_names
from messages_app.store.provision import provision_recovery, provision_table

__all__ = ["Provisioned", "provision"]


def provision() -> Iterator[Provisioned]:
    """Queues, bucket, its events, table, in this order. Raises ServiceError."""
    arns = {}
    for name in queue_names():
        arns[name] = yield from provision_queue(name)
    yield from provision_bucket(settings.DATA_BUCKET)
    yield provision_cors(settings.DATA_BUCKET)
    yield provision_lifecycle(settings.DATA_BUCKET)
    # S3 tries the queue when it gets the notification: the permission has to be there before.
    events_arn = arns[settings.BUCKET_EVENTS_QUEUE]
    yield allow_bucket_events(settings.BUCKET_EVENTS_QUEUE, events_arn, settings.DATA_BUCKET)
    yield provision_notification(settings.DATA_BUCKET, events_arn, s3_client(), patience())
    yield provision_table(settings.MESSAGES_TABLE)
    yield provision_recovery(settings.MESSAGES_TABLE, dynamodb_client(), patience())
