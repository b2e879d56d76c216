"""What a forecast says besides its counts, as pages and API show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingestion.models import Import
from ingestion.presentation import prices
from ingestion.presentation.prices import Cost

# The busiest day is worth a word where it takes longer than this.
_NOTICED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The day that takes longest: so many rows would be written to it, to so many partitions."""

    date: str
    rows: int
    partitions: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """``seconds`` is what the table takes at least, whatever the workers do. ``bottleneck`` is None
    where no day holds the others up."""

    at: datetime
    cost: Cost
    seconds: float
    rows: int
    days: int
    bottleneck: Bottleneck | None
    examples: dict[str, list[dict[str, Any]]]


def of_import(import_: Import) -> Forecast | None:
    """Of a forecast that is done; None of all others."""
    found = import_.forecast
    if not import_.dry_run or not found or "at" not in found:
        return None
    row_units, partitions = found["row_units"], found["partitions"]
    write_units = found["writes"] * row_units
    busiest = found["busiest"]
    of_day = busiest["writes"] * row_units if busiest else 0.0
    seconds = prices.seconds(write_units, of_day, partitions)
    day_seconds = prices.seconds(0, of_day, partitions)
    is_noticed = busiest and day_seconds == seconds >= _NOTICED_SECONDS
    return Forecast(
        at=datetime.fromisoformat(found["at"]),
        cost=prices.cost(write_units, found["read_units"], import_.chunks_total),
        seconds=seconds,
        rows=found["writes"],
        days=found["days"],
        bottleneck=Bottleneck(busiest["date"], busiest["writes"], partitions, seconds)
        if is_noticed
        else None,
        examples=found["examples"],
    )
