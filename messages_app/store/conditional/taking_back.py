"""Records that are taken out of the table again, if they are as they are thought to be: deleted, or
replaced by what was there before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.deadline import Deadline
from common.errors import ServiceError
from common.tracing.threads import Threads
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.record import Origin, Record
from messages_app.schema.schema import Schema
from messages_app.store.items import (
    PARTITION_KEY,
    SORT_KEY,
    Item,
    attribute,
    extra_attribute,
    origin_attribute,
)

if TYPE_CHECKING:
    from messages_app.store.batch_requests import Table


@dataclass(frozen=True, slots=True)
class Reversal:
    """A record as it should be there, and the item that is to stand in its place; None for
    nothing."""

    seen: Record
    former: Item | None = None


@dataclass
class TakenBack:
    """``is_done`` has a place for each reversal: whether it was done, or its record was gone
    (False: another or a changed one is there), or None when that is not known. ``error`` is why."""

    is_done: list[bool | None]
    error: ServiceError | None = None


def take_back(
    table: "Table", reversals: Sequence[Reversal], deadline: Deadline, threads: int
) -> TakenBack:
    """Do what can be done until then, at the pace that the table takes. Raises nothing."""
    done = TakenBack([None] * len(reversals))
    deletions = [place for place, one in enumerate(reversals) if one.former is None]
    with Threads(threads) as pool:
        deleted = table.delete(pool, [reversals[place].seen for place in deletions], deadline)
        done.error = deleted.error or deleted.refusal
        for place, is_done in zip(deletions, deleted.is_new, strict=True):
            done.is_done[place] = is_done
        others = [place for place, one in enumerate(reversals) if one.former is not None]
        results = pool.map(lambda place: _put_back(table, reversals[place], deadline), others)
        for place, result in zip(others, results, strict=True):
            if isinstance(result, ServiceError):
                done.error = result
            else:
                done.is_done[place] = result
    return done


def _put_back(table: "Table", reversal: Reversal, deadline: Deadline) -> bool | ServiceError | None:
    if deadline.passed or reversal.former is None:
        return None
    try:
        return table.put_back(reversal.former, reversal.seen)
    except ServiceError as error:
        return error


def delete_statement(table: str, key: Item, seen: Record, schema: Schema) -> Any:
    """The PartiQL statement that deletes a record if it is as it was seen. It succeeds where there
    is none.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.delete.html
    """
    terms = [f'"{PARTITION_KEY}" = ?', f'"{SORT_KEY}" = ?']
    parameters = [key[PARTITION_KEY], key[SORT_KEY]]
    for name, value in _content(seen, schema):
        terms.append(f'"{name}" IS MISSING' if value is None else f'"{name}" = ?')
        parameters += [] if value is None else [value]
    text = " ".join(("DELETE FROM", f'"{table}"', "WHERE", " AND ".join(terms)))
    return {"Statement": text, "Parameters": parameters}


def _content(seen: Record, schema: Schema) -> list[tuple[str, Any]]:
    """The attributes that tell a record from another or a changed one; None for none."""
    found: list[tuple[str, Any]] = [
        (name, None if (value := seen.values.get(name)) is None else attribute(schema, name, value))
        for name in schema.names
    ]
    found.append((EXTRA_COLUMNS, extra_attribute(seen.extra) if seen.extra else None))
    if seen.origin is None:
        return [*found, ("origin", None)]
    fields = origin_attribute(seen.origin)["M"]
    names = ("import", "line") if isinstance(seen.origin, Origin) else ("message", "number")
    return [*found, *((f'origin"."{name}', fields[name]) for name in names)]
