"""The one place where AWS clients are made; every other module gets them from here."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config
from django.conf import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


# A probe asks once, and gives up so soon.
_PROBE_CONNECT_SECONDS = 1
_PROBE_READ_SECONDS = 2


def _client(
    service: Any, read_seconds: int, connect_seconds: int | None = None, attempts: int | None = None
) -> Any:
    return boto3.client(
        service,
        endpoint_url=settings.AWS_ENDPOINT_URL,
        region_name=settings.AWS_REGION,
        config=Config(
            connect_timeout=connect_seconds or settings.AWS_CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts or settings.AWS_ATTEMPTS},
            max_pool_connections=32,
            signature_version="s3v4" if service == "s3" else None,
            # The embedded AWS has no wildcard host names. On AWS a presigned form has to name the
            # region's own host: a browser cannot follow a redirect of its post.
            s3={"addressing_style": "path" if settings.AWS_ENDPOINT_URL else "virtual"},
        ),
    )


@lru_cache(maxsize=1)
def s3_client() -> "S3Client":
    client: S3Client = _client("s3", settings.AWS_READ_SECONDS)
    return client


@lru_cache(maxsize=1)
def sqs_client() -> "SQSClient":
    # A long poll may answer only when its wait is over.
    client: SQSClient = _client("sqs", settings.POLL_SECONDS + settings.AWS_READ_SECONDS)
    return client


@lru_cache(maxsize=1)
def dynamodb_client() -> "DynamoDBClient":
    client: DynamoDBClient = _client("dynamodb", settings.AWS_READ_SECONDS)
    return client


@lru_cache(maxsize=3)
def probing_client(service: Literal["s3", "sqs", "dynamodb"]) -> Any:
    """A client that finds out soon whether a service answers; not for work."""
    return _client(service, _PROBE_READ_SECONDS, _PROBE_CONNECT_SECONDS, attempts=1)
