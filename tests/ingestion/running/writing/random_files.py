"""Random files with few keys and contents, so that rows meet, and a table with such records."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as how
from hypothesis import strategies as some

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app.batch_write import new_by_date
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Origin
from messages_app.store import day_index
from messages_app.store.bulk_insert import OnConflict
from tests.ingestion.helpers import FIRST_SECOND, HEADER, line
from tests.messages_app.records import record

# The second of a row and what its content is; None is a row that is wrong.
Row = tuple[int, int] | None
ROWS = some.tuples(some.integers(0, 5), some.integers(0, 2))
FILES: Any = some.lists(ROWS | some.none(), min_size=1, max_size=8)


def examples(count: int) -> how:
    """So many, however long one takes; the table is emptied by the test itself."""
    return how(
        max_examples=count,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


def text_of(rows: Iterable[Row]) -> str:
    """A file with these rows."""
    return HEADER + "".join(
        "wrong\n" if row is None else line(0, second=row[0], avg=row[1]) for row in rows
    )


def empty_table() -> None:
    table = settings.MESSAGES_TABLE
    for item in dynamodb_client().scan(TableName=table)["Items"]:
        key = {"date": item["date"], "time": item["time"]}
        dynamodb_client().delete_item(TableName=table, Key=key)


def have(rows: Sequence[Row], import_id: str = "before", policy: OnConflict = "keep") -> None:
    """Records of another file with these rows."""
    records = [
        record(FIRST_SECOND + row[0], local_avg=Decimal(row[1]), origin=Origin(import_id, number))
        for number, row in enumerate(rows, start=2)
        if row is not None
    ]
    placed = BUILTIN.repository.insert_many(records, policy, Deadline(30))
    day_index.add(new_by_date(placed))
