"""A file that is forecast and then imported, and what both say of its rows."""

import random
from typing import Any

from ingestion.models import Import
from ingestion.rejects import store
from ingestion.running import lifecycle
from messages_app.schema.record import Record
from messages_app.store.looking.comparing import Content
from messages_app.store.partitions.partitioning import Key
from tests.ingestion.helpers import FIRST_SECOND, Tasks, start
from tests.messages_app.records import record


def forecast(
    text: str | bytes, key: str = "file.csv", tasks: Tasks | None = None, **metadata: str
) -> Import:
    """The forecast of a new file, at its end."""
    tasks = tasks or Tasks()
    import_ = start(text, tasks, key, dry_run="true", **metadata)
    tasks.run()
    import_.refresh_from_db()
    return import_


def foretold(import_: Import) -> dict[str, int]:
    """What a forecast says, without the zeros."""
    import_.refresh_from_db()
    assert import_.state == "done", import_.error_detail
    assert import_.dry_run
    return {name: count for name, count in import_.forecast_receipt.as_dict().items() if count}


def make_real(import_: Import, chance: random.Random | None = None) -> None:
    """Import the file of a forecast, its chunks in the order of the file; with a ``chance`` its
    tasks run in any order, and often."""
    tasks = Tasks()
    assert lifecycle.make_real(import_, tasks)
    if chance:
        tasks.run_shuffled(chance)
    while tasks.waiting:  # they are sent far apart; in which order rows of one key come, counts
        tasks.run_one(tasks.waiting.index(min(tasks.waiting)))
    import_.refresh_from_db()


def became(import_: Import) -> dict[str, int]:
    """What an import did, in the words of a forecast, without the zeros."""
    import_.refresh_from_db()
    assert import_.state == "done", import_.error_detail
    assert not import_.dry_run
    receipt = import_.receipt
    taken = sum(
        any(fault.code == "key_taken" for fault in row.faults) for row in store.stored(import_)
    )
    told = {
        "read": receipt.read,
        "new": receipt.written,
        "equal": receipt.unchanged,
        "conflict": receipt.kept + receipt.replaced + receipt.outdated + taken,
        "rejected": receipt.rejected - taken,
    }
    return {name: count for name, count in told.items() if count}


def content(record: Record, line: int, **flags: Any) -> Content:
    """The content of a row in that line."""
    return Content(record.digest()[:24], line, **flags)


def seconds(
    message: Record, count: int, line: int, step: int = 1, first: int = 0
) -> dict[Key, list[Content]]:
    """Open rows of many keys from a line on, each with the content of a message."""
    keys = [record(FIRST_SECOND + first + step * number).key for number in range(count)]
    return {key: [content(message, line + number)] for number, key in enumerate(keys)}
