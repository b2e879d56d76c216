"""The configured table, through the repository."""

import pytest
from django.conf import settings

from common.aws.clients import dynamodb_client
from messages_app.schema.builtin import MESSAGE
from messages_app.store.repository import RecordRepository


@pytest.fixture
def repository(aws) -> RecordRepository:
    return RecordRepository(dynamodb_client(), settings.MESSAGES_TABLE, MESSAGE)
