"""What a forecast found besides its counts, as its import keeps it::

    {"at": moment, "examples": {...}, "writes": rows, "row_units": write units of one,
     "read_units": ..., "days": how many, "busiest": {"date", "writes"} or null, "partitions": ...}

``writes`` are the rows that would be written, ``busiest`` is the day with most of them, and
``partitions`` how many partitions a day of its kind has.
"""

from collections import Counter
from typing import Any

from django.utils import timezone

from ingestion.models import Import
from ingestion.running.writing.forecast import examples
from ingestion.running.writing.forecast.chunk import kept_parts
from messages_app.store.partitions import spread


def forecast_result(import_: Import, change: Counter[str]) -> dict[str, Any]:
    """The result of a forecast whose chunks are all compared; of its writes there are so many more
    or fewer than the chunks have counted, by date."""
    writes, read_units, row_units = Counter(change), 0.0, 0.0
    some = []
    for looked in import_.chunks.order_by("number").values_list("looked", flat=True).iterator():
        one = kept_parts(looked)
        writes.update(one["writes"])
        read_units += one["read_units"]
        row_units += one["row_units"] * sum(one["writes"].values())
        if one["examples"]:
            some.append(one["examples"])
    count = sum(writes.values())
    counted = count - sum(change.values())
    date, busiest = max(writes.items(), key=lambda one: one[1], default=("", 0))
    return {
        "at": timezone.now().isoformat(),
        "examples": examples.together(some),
        "writes": count,
        "row_units": row_units / counted if counted else 0.0,
        "read_units": read_units,
        "days": sum(1 for one in writes.values() if one),
        "busiest": {"date": date, "writes": busiest} if busiest else None,
        "partitions": spread.partitioning_of(import_.kind).count,
    }
