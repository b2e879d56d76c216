"""The one place where AWS clients are made; every other module gets them from here.

Each request has one layer of retries. Where a loop of our own sends it again until a deadline
(common/retry.py), the client is of the kind "once"; everywhere else the client itself does.
"""

import random
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from django.conf import settings

from common import meters
from common.aws import traced
from common.aws.quick import QuickDynamoDB, QuickSQS
from common.errors import ServiceError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Service = Literal["s3", "sqs", "dynamodb"]
Kind = Literal["usual", "once"]


class Patience(NamedTuple):
    """How long a client waits for a connection and for an answer, and how often it asks.

    A *brief* one asks again what was refused at once, and never where it has waited in vain.
    """

    connect_seconds: float
    read_seconds: float
    attempts: int
    is_brief: bool = False


# What is asked of these often goes past botocore's slow parts.
_QUICK = {"dynamodb": QuickDynamoDB, "sqs": QuickSQS}
# A probe asks once, and gives up so soon.
_PROBE = Patience(connect_seconds=1, read_seconds=2, attempts=1)


def s3_client(kind: Kind = "usual") -> "S3Client":
    client: S3Client = _client("s3", _patience(kind))
    return client


def uploading_client() -> "S3Client":
    """For the parts of a large file, for which the web too waits as long as workers do."""
    client: S3Client = _client("s3", _of_workers())
    return client


def sqs_client() -> "SQSClient":
    patience = _patience("usual")
    if not patience.is_brief:  # a long poll may answer only when its wait is over
        patience = patience._replace(read_seconds=settings.POLL_SECONDS + patience.read_seconds)
    client: SQSClient = _client("sqs", patience)
    return client


def dynamodb_client(kind: Kind = "usual") -> "DynamoDBClient":
    client: DynamoDBClient = _client("dynamodb", _patience(kind))
    return client


def probing_client(service: Service) -> Any:
    """A client that finds out soon whether a service answers; not for work."""
    return _client(service, _PROBE)


def endpoint_url(service: Service) -> str | None:
    """Where a service is reached; None for AWS itself. Its own setting precedes that of all."""
    own: str | None = getattr(settings, f"AWS_ENDPOINT_URL_{service.upper()}")
    return own or settings.AWS_ENDPOINT_URL


def _patience(kind: Kind) -> Patience:
    patience = _of_web() if settings.AWS_PATIENCE == "web" else _of_workers()
    return patience if kind == "usual" else patience._replace(attempts=1)


def _of_workers() -> Patience:
    return Patience(settings.AWS_CONNECT_SECONDS, settings.AWS_READ_SECONDS, settings.AWS_ATTEMPTS)


def _of_web() -> Patience:
    """Somebody waits for the page."""
    connect, read = settings.AWS_WEB_CONNECT_SECONDS, settings.AWS_WEB_READ_SECONDS
    return Patience(connect, read, settings.AWS_ATTEMPTS, is_brief=True)


def _client(service: Service, patience: Patience) -> Any:
    return _made(service, endpoint_url(service), settings.AWS_REGION, patience)


@lru_cache(maxsize=16)
def _made(service: Any, endpoint: str | None, region: str, patience: Patience) -> Any:
    client = boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        config=Config(
            connect_timeout=patience.connect_seconds,
            read_timeout=patience.read_seconds,
            retries={
                "mode": "standard",
                "total_max_attempts": 1 if patience.is_brief else patience.attempts,
            },
            max_pool_connections=32,
            signature_version="s3v4" if service == "s3" else None,
            # The embedded AWS has no wildcard host names. On AWS a presigned form has to name the
            # region's own host: a browser cannot follow a redirect of its post.
            s3={"addressing_style": "path" if endpoint else "virtual"},
        ),
    )
    traced.watch(client)
    if service == "dynamodb":
        meters.watch_dynamodb(client)
    if patience.is_brief and patience.attempts > 1:
        client.meta.events.register("needs-retry", partial(_pause_if_refused, patience))
    session = boto3.DEFAULT_SESSION
    if session is None or service not in _QUICK:
        return client
    return _QUICK[service](client, session.get_credentials(), partial(_pause, patience))


def _pause_if_refused(
    patience: Patience,
    response: Any,
    caught_exception: Exception | None,
    attempts: int,
    **_: Any,
) -> float | None:
    """The seconds until a request is sent again; None when it is not.

    https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html
    """
    error = caught_exception
    if response is not None and "Error" in response[1]:
        error = ClientError(response[1], "")
    return None if error is None else _pause(patience, error, attempts)


def _pause(patience: Patience, error: Exception, attempts: int) -> float | None:
    """The same, of a request that failed for the so many-th time."""
    is_in_vain = isinstance(error, ConnectTimeoutError | ReadTimeoutError)
    if (patience.is_brief and is_in_vain) or attempts >= patience.attempts:
        return None
    if ServiceError.wrap("AWS", "be asked", error).permanent:
        return None
    return random.uniform(0, 0.1 * 2**attempts)  # noqa: S311
