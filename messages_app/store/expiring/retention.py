"""For how many days the records of which kind are kept. Without a setting they are kept for ever.

Asked for with each read and write: a process asks the database once in some seconds, for all kinds
in one statement.
"""

from collections.abc import Mapping

from common.database.known import Known
from common.errors import Expired
from messages_app.models import Retention
from messages_app.store.expiring.moments import first_kept


def _days() -> dict[str, int]:
    return {row.kind: row.days for row in Retention.objects.all() if row.days is not None}


known = Known[Mapping[str, int]](_days)


def days_by_kind() -> Mapping[str, int]:
    """Of the kinds that have a setting."""
    return known.get()


def days_of(kind: str) -> int | None:
    """None without a setting."""
    return days_by_kind().get(kind)


def first_date(kind: str) -> str:
    """The oldest UTC date that is shown; '' without a setting."""
    days = days_of(kind)
    return "" if days is None else first_kept(days)


def refusal(date: str, kind: str) -> str | None:
    """Why a new record of this UTC date cannot be stored, if it has expired already; completes
    "it"."""
    days = days_of(kind)
    if days is None or date >= first_kept(days):
        return None
    return f"is older than the {days:,} days for which records of {kind} are kept"


def check(date: str, kind: str) -> None:
    """Raise Expired when a new record of this UTC date has expired already."""
    if sentence := refusal(date, kind):
        raise Expired(f"the record {sentence}")
