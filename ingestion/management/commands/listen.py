import signal
from threading import Thread
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.checks import WITHOUT_PAGES
from common.errors import ServiceError, is_passing
from ingestion.aws import sqs
from ingestion.running.inbox.inbox_listener import InboxListener
from ingestion.running.listener import Listener
from ingestion.running.tasks import CeleryQueue

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = (
        "Turns the bucket's event notifications into imports, and does what the messages of the"
        " inbox ask for; runs until it is stopped."
    )
    requires_system_checks = WITHOUT_PAGES

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
        except ServiceError as error:
            if is_passing(error.code):
                log.warning("listening begins with a failure", error=str(error))
            else:
                raise CommandError(
                    f"{error}. Check AWS_ENDPOINT_URL, AWS_REGION and the credentials, and run "
                    "`python manage.py provision`."
                ) from error
        listener, inbox = Listener(CeleryQueue()), InboxListener()

        def stop(*_: Any) -> None:
            listener.stop()
            inbox.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        reading = Thread(target=inbox.run, name="inbox")
        reading.start()
        try:
            listener.run()
        finally:
            inbox.stop()
            reading.join()
