"""System checks: settings that are possible, and dangerous or senseless together.

Those without ``deploy`` always run; the others with ``manage.py check --deploy``, beside those of
Django.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as Caution

from common.checks import SETTINGS
from ingestion.aws.object_keys import LONGEST_KEY, OWN_PREFIX
from ingestion.aws.sqs import dead_letter_queue, is_fifo, queue_names

_MIN_KEY_LENGTH = 50
_ENDPOINTS = [
    "AWS_ENDPOINT_URL",
    *(f"AWS_ENDPOINT_URL_{service}" for service in ("DYNAMODB", "S3", "SQS")),
]
# The tests' own key, which everybody can read, and what Django's templates begin theirs with.
_PUBLIC_KEYS = ("only-for-tests", "django-insecure-")


@register(Tags.security)
def key_is_long(**_: Any) -> list[CheckMessage]:
    if len(settings.SECRET_KEY) >= _MIN_KEY_LENGTH:
        return []
    return [
        Error(
            f"SECRET_KEY has fewer than {_MIN_KEY_LENGTH} characters.",
            hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="project.E001",
        )
    ]


@register(Tags.security)
def hosts_are_named(**_: Any) -> list[CheckMessage]:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS has *: links in answers would lead wherever a request says.",
            hint="Name the hosts that people open.",
            id="project.E002",
        )
    ]


@register(SETTINGS)
def sweep_finds_files(**_: Any) -> list[CheckMessage]:
    prefix = settings.SWEEP_PREFIX
    if prefix.startswith(OWN_PREFIX) or len(prefix.encode()) > LONGEST_KEY:
        return [
            Error(
                f"SWEEP_PREFIX begins with {OWN_PREFIX}, or is longer than a key: below it there"
                " are no files to import.",
                hint="Name the folder that files come into, such as incoming/.",
                id="project.E006",
            )
        ]
    if prefix and not settings.SWEEP_MINUTES:
        return [
            Caution(
                "SWEEP_PREFIX is set and SWEEP_MINUTES is not: nobody sweeps.",
                hint="Set SWEEP_MINUTES, such as 60.",
                id="project.W001",
            )
        ]
    return []


@register(SETTINGS)
def answers_leave_sluice(**_: Any) -> list[CheckMessage]:
    ours = {name for queue in queue_names() for name in (queue, dead_letter_queue(queue))}
    if not ours & set(settings.INBOX_REPLY_QUEUES):
        return []
    return [
        Error(
            "INBOX_REPLY_QUEUES has a queue that Sluice reads itself: it would answer itself.",
            hint="Name queues that producers read.",
            id="project.E007",
        )
    ]


@register(SETTINGS)
def queues_are_of_their_kind(**_: Any) -> list[CheckMessage]:
    if not (is_fifo(settings.BUCKET_EVENTS_QUEUE) or is_fifo(settings.CELERY_QUEUE)):
        return []
    return [
        Error(
            "BUCKET_EVENTS_QUEUE or CELERY_QUEUE is a FIFO queue: S3 sends no events to one, and"
            " tasks have no order.",
            hint="Only MESSAGE_INBOX_QUEUE may end in .fifo.",
            id="project.E008",
        )
    ]


@register(Tags.security, deploy=True)
def key_is_secret(**_: Any) -> list[CheckMessage]:
    if not settings.SECRET_KEY.startswith(_PUBLIC_KEYS):
        return []
    return [
        Error(
            "SECRET_KEY is an example that everybody can read.",
            hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="project.E003",
        )
    ]


@register(Tags.security, deploy=True)
def debug_is_for_one_machine(**_: Any) -> list[CheckMessage]:
    if not (settings.DEBUG and settings.HTTPS):
        return []
    return [
        Error(
            "DEBUG and HTTPS are both on: whoever causes an error sees code and settings.",
            hint="Unset DEBUG where others can come.",
            id="project.E004",
        )
    ]


@register(Tags.security, deploy=True)
def aws_is_spoken_to_in_private(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is without encryption, as only the embedded AWS may be.",
            hint="Unset it; boto3 knows the addresses of AWS.",
            id="project.E005",
        )
        for name in _ENDPOINTS
        if settings.HTTPS and (getattr(settings, name) or "").startswith("http:")
    ]


@register(Tags.security, deploy=True)
def clients_are_told_apart(**_: Any) -> list[CheckMessage]:
    if settings.TRUSTED_PROXIES or not settings.HTTPS:
        return []
    return [
        Info(
            "TRUSTED_PROXIES is 0: behind a load balancer all clients have its address, and share"
            " their failed logins and limits.",
            hint="Set it to the number of proxies that each request comes through.",
            id="project.I001",
        )
    ]


@register(Tags.database, deploy=True)
def database_is_shared(**_: Any) -> list[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return []
    return [
        Info(
            "The database is an SQLite file: web, workers and listener must run on one machine.",
            hint="Set DATABASE_URL to a PostgreSQL database to run them on several.",
            id="project.I002",
        )
    ]
