"""What AWS takes for the requests of an import: list prices, and the limits of a table.

The prices are those of us-east-1, on demand, as of :data:`AS_OF`:
https://aws.amazon.com/dynamodb/pricing/on-demand/, https://aws.amazon.com/sqs/pricing/ and
https://aws.amazon.com/s3/pricing/
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AS_OF = date(2026, 11, 1)
REGION = "us-east-1"

_MILLION = 1_000_000
# Dollars a million.
WRITE_UNITS = Decimal("0.625")
READ_UNITS = Decimal("0.125")
SQS_REQUESTS = Decimal("0.40")
S3_READS = Decimal("0.40")

# Write units a second: of one partition key, and, unless AWS was asked for more, of a table.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
PARTITION_WRITES = 1000
TABLE_WRITES = 40_000

# A task is sent, received and deleted; its slice of the file is read once.
SQS_REQUESTS_A_TASK = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Capacity units of the table, and dollars for all requests."""

    write_units: int
    read_units: int
    dollars: Decimal


def cost(write_units: float, read_units: float, chunks: int) -> Cost:
    """Of an import that takes so many units, in so many chunks."""
    dollars = (
        Decimal(write_units) * WRITE_UNITS
        + Decimal(read_units) * READ_UNITS
        + chunks * (SQS_REQUESTS_A_TASK * SQS_REQUESTS + S3_READS)
    ) / _MILLION
    return Cost(round(write_units), round(read_units), dollars.quantize(Decimal("0.000001")))


def seconds(write_units: float, of_busiest_day: float, partitions: int) -> float:
    """How long a table takes for so many write units, at least; so many of them go to one day,
    which has so many partitions."""
    return max(write_units / TABLE_WRITES, of_busiest_day / (PARTITION_WRITES * partitions))
