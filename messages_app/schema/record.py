"""The record: what a device reported, with its key and where it came from."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from messages_app.schema.extra_columns import Extra
from messages_app.schema.schema import Schema, Values
from messages_app.schema.timestamps import key_of_seconds
from messages_app.schema.types import Value, as_text, canonical_text
from messages_app.schema.version import ObjectVersion

# Separates a time from the digest of the record that is kept beside another one. It sorts behind
# digits and the point, so that records of one second stay together, the plain key first.
CONFLICT_SEPARATOR = "~"
DIGEST_LENGTHS = (6, 12, 24, 64)
# Separates a time from what tells records of one moment apart, and those from each other. It sorts
# before the point, so that records of a whole second come before those of its fractions.
IDENTITY_SEPARATOR = "#"
# In keys and their addresses these would mean something else.
_NOT_IN_KEYS = re.compile(r"[%#~/\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Origin:
    """The import and the line that a record came from; the first line of a file is 1.

    ``first_line``, ``before`` and ``creator`` are kept only where a row took a key over (policy
    *replace*), so that rows of this key, run again, are counted as they were the first time: the
    line of the same import that created the key (0 when none did), the fingerprint of the record
    that the import met or made there first, and import and line of the row that created the key,
    where it is another import's. ``aside_line`` is the line of this import with which that record
    was kept aside (0: it was not, or is the import's own). ``version`` is that of the file; origins
    of before there were such have none.
    """

    import_id: str
    line: int
    first_line: int = 0
    before: str = ""
    version: ObjectVersion | None = None
    creator: tuple[str, int] | None = None
    aside_line: int = 0

    @property
    def created_by(self) -> tuple[str, int] | None:
        """Import and line of the row that created the key; None where that is not known."""
        if not self.before:
            return self.import_id, self.line
        return (self.import_id, self.first_line) if self.first_line else self.creator

    def has_created(self, other: "Origin | None") -> bool:
        """Whether this row created the key that the other one has by now."""
        return other is not None and (self.import_id, self.line) == other.created_by

    def is_outdated_by(self, other: "Origin | None") -> bool:
        """Whether the other is a row of a newer version of the same file."""
        if self.version is None or other is None:
            return False
        return self.version.is_older_than(other.version)

    @property
    def place(self) -> tuple[str | int, ...]:
        """What a row is told from all others by."""
        return self.import_id, self.line


@dataclass(frozen=True, slots=True)
class QueueOrigin:
    """The message of a queue that a record came by: the ids of SQS for the message and its sender,
    and which of the message's records it is, from 1."""

    queue: str
    message_id: str
    number: int = 1
    sender: str = ""

    @property
    def place(self) -> tuple[str | int, ...]:
        """What a record of a message is told from all others by."""
        return self.queue, self.message_id, self.number


AnyOrigin = Origin | QueueOrigin


def is_same_place(one: AnyOrigin | None, other: AnyOrigin | None) -> bool:
    """Whether both are the same row of the same import, or the same record of the same message."""
    return one is not None and other is not None and one.place == other.place


@dataclass(slots=True)  # nobody changes one; frozen ones take several times as long to make
class Record:
    """A record. ``values`` has every field of the schema that has a value, cleaned; date and time
    are UTC. ``extra`` are the columns of its file that are no fields, if they are kept."""

    date: str
    time: str
    values: Values
    origin: AnyOrigin | None = None
    extra: Extra = ()

    @property
    def import_origin(self) -> Origin | None:
        """The row that it came from, if it came from one."""
        return self.origin if isinstance(self.origin, Origin) else None

    @property
    def key(self) -> tuple[str, str]:
        return self.date, self.time

    def text(self, name: str) -> str:
        """The value of a field as text; '' where there is none."""
        value = self.values.get(name)
        return "" if value is None else as_text(value)

    def is_conflict_copy(self, time: str) -> bool:
        """Whether it stands beside the record that a plain time names.

        Found by that time when the other is gone, it must not be deleted: the request may be the
        one that deleted the other, sent again.
        """
        return CONFLICT_SEPARATOR in self.time and CONFLICT_SEPARATOR not in time

    def same_content(self, other: "Record") -> bool:
        """Whether all fields and extra columns are equal; numbers are compared as numbers. No
        value equals no value."""
        return self.values == other.values and self.extra == other.extra

    def with_time(self, time: str) -> "Record":
        """The same record under the key that it was stored with."""
        return self if time == self.time else replace(self, time=time)

    def with_conflict_suffix(self, digest_length: int) -> "Record":
        """The same record under the key that it has when another record holds the plain one."""
        plain = self.time.partition(CONFLICT_SEPARATOR)[0]
        return replace(self, time=f"{plain}{CONFLICT_SEPARATOR}{self.digest()[:digest_length]}")

    def digest(self) -> str:
        """A hexadecimal SHA-256 of the content: the same for equal records, on every machine."""
        content: list[object] = [
            [name, canonical_text(value)] for name, value in sorted(self.values.items())
        ]
        if self.extra:
            content.append(self.extra)
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def etag(self) -> str:
        """An entity tag of the record as clients see it, without quotes (RFC 9110, 8.8.3)."""
        origin = self.origin.place if self.origin else None
        seen = json.dumps([self.date, self.time, self.digest(), origin])
        return hashlib.sha256(seen.encode()).hexdigest()[:32]

    def fingerprint(self) -> str:
        """A short digest, to tell whether the content is that of another record."""
        return self.digest()[:16]


def moment_of(time: str) -> str:
    """The time of day in a sort key."""
    return time.partition(CONFLICT_SEPARATOR)[0].partition(IDENTITY_SEPARATOR)[0]


def key_taken(key: tuple[str, str]) -> str:
    """What is said of a record whose key a different one has."""
    date, time = key
    return f"another record has the key {date} {time}"


def build_record(
    schema: Schema, values: Values, origin: AnyOrigin | None = None, extra: Extra = ()
) -> Record:
    """A record from cleaned values, with the key of its moment and its identity."""
    seconds = values[schema.time_field]
    assert isinstance(seconds, Decimal)
    date, time = key_of_seconds(seconds)
    if schema.identity:
        time += "".join(_in_key(values[name]) for name in schema.identity)
    return Record(date, time, values, origin, extra)


def identity_key(values: Iterable[Value]) -> str:
    """The values of an identity as keys have them, different for different ones."""
    return "".join(map(_in_key, values))[len(IDENTITY_SEPARATOR) :]


def _in_key(value: Value) -> str:
    """Text as keys have it, different for different text."""
    return IDENTITY_SEPARATOR + _NOT_IN_KEYS.sub(_percent, as_text(value))


def _percent(found: re.Match[str]) -> str:
    """An ASCII character as addresses write it."""
    return f"%{ord(found[0]):02X}"
