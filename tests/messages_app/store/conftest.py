"""What the store does with one partition a day, it does with several, and while records move."""

import pytest

from messages_app.store.partitions import spread
from messages_app.store.partitions.partitioning import PLAIN, Partitioning
from messages_app.store.repository import RecordRepository


@pytest.fixture(params=[PLAIN, Partitioning(4, before=3)], ids=["one", "moving"])
def repository(
    request: pytest.FixtureRequest, repository: RecordRepository, db: None
) -> RecordRepository:
    spread.write_down(repository.kind, request.param)
    return repository
