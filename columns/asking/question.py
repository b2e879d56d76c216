"""What is asked of many records, and what is answered."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from messages_app.store.query import Query

# In seconds; a bucket begins at a multiple of it since 1970.
BUCKETS = {"minute": 60, "10minutes": 600, "hour": 3_600, "6hours": 21_600, "day": 86_400}
MAX_GROUPS = 10_000
MAX_POINTS = 50_000


class TooMuch(Exception):
    """A question that takes too long, too much memory, or has too long an answer; says what to
    change."""


@dataclass(frozen=True, slots=True)
class SummaryQuestion:
    """Of the records that a query matches: how many there are, and what the number *measure* is
    like, for each value of the field *by*, and in each *bucket* of so many seconds. '' and 0 for
    none of these."""

    query: Query
    by: str = ""
    measure: str = ""
    bucket: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The records with one value of the field: None for those without a value, and for all where
    no field is named. Numbers are None where no record has the measure."""

    name: str | None
    count: int
    mean: float | None
    min: float | None
    max: float | None
    p50: float | None
    p95: float | None
    last: datetime
    series: list["Point"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Point:
    """The records of a group in one bucket, which begins at ``start``."""

    start: datetime
    count: int
    mean: float | None
    min: float | None
    max: float | None
    p10: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class SummaryAnswer:
    """``as_of`` is the moment whose table was summed up. Unless it ``is_complete``, records of some
    days are missing, or as they were then."""

    as_of: datetime
    is_complete: bool
    groups: list[Group]


def answer_as_json(answer: SummaryAnswer, question: SummaryQuestion) -> dict[str, Any]:
    """As the API gives it."""
    groups = []
    for group in answer.groups:
        one = {name: getattr(group, name) for name in _GROUP}
        one["last"] = moment_text(group.last)
        if question.bucket:
            one["series"] = [
                {"start": moment_text(point.start)}
                | {name: getattr(point, name) for name in _POINT}
                for point in group.series
            ]
        groups.append(one)
    return {"as_of": moment_text(answer.as_of), "complete": answer.is_complete, "groups": groups}


_GROUP = ("name", "count", "mean", "min", "max", "p50", "p95")
_POINT = ("count", "mean", "min", "max", "p10", "p90")


def moment_text(moment: datetime) -> str:
    """A moment as the API gives it."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
