"""Formats that are kept, and files of them."""

from typing import Any

from ingestion.formats import versions
from ingestion.formats.models import Format
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.schema import MESSAGES
from tests.ingestion.helpers import HEADER as OWN_NAMES
from tests.ingestion.reading.formats.reading import HEADER, definition, row, time

__all__ = ["FILE", "HEADER", "OWN_NAMES", "make", "own_names", "row", "time"]
FILE = HEADER + row("2019-05-28T10:55:09Z") + row("2019-05-28T10:55:10Z", "4.41")


def make(name: str = "Plant A", **options: Any) -> Format:
    """A format that is kept; see ``definition`` for the options."""
    return versions.create(name, MESSAGES, definition(**options), MESSAGE, None)


def own_names(**columns: Any) -> dict[str, Any]:
    """Options of a format whose files name the fields themselves, but mean something else."""
    names = OWN_NAMES.strip().split(",")
    return {"header": names, "columns": {name: {"column": name} for name in names} | columns}
