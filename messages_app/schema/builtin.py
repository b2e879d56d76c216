"""The built-in kind of record: a message, with the columns of the ancestor's files."""

from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Number, Text, Timestamp

MESSAGE = Schema(
    time_field="timestamp",
    noun="message",
    fields=(
        Field("timestamp", Timestamp(), "Timestamp", unit="s"),
        Field("location", Text(), "Location"),
        Field("source", Text(), "Source"),
        Field("local_dest", Text(), "Local destination"),
        Field("local_avg", Number(), "Local average", unit="ms"),
        Field("remote_dest", Text(), "Remote destination"),
        Field("remote_avg", Number(), "Remote average", unit="ms"),
    ),
)
