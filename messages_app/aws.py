"""The one place where AWS clients are made; every other module gets them from here."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from django.conf import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


def _client(service: Any, read_seconds: int) -> Any:
    return boto3.client(
        service,
        endpoint_url=settings.AWS_ENDPOINT_URL,
        region_name=settings.AWS_REGION,
        config=Config(
            connect_timeout=settings.AWS_CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": settings.AWS_ATTEMPTS},
            max_pool_connections=32,
            signature_version="s3v4" if service == "s3" else None,
            # The embedded AWS has no wildcard host names.
            s3={"addressing_style": "path"} if settings.AWS_ENDPOINT_URL else None,
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
