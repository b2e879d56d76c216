"""What is known here of the imports that records come from. They are made further up, where
:func:`learn_from` is called with what tells it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from common.rest import json_schema
from messages_app.schema.validation import Invalid

_ID = re.compile(json_schema.UUID)


@dataclass(frozen=True, slots=True)
class KnownImport:
    """An import's file, and the UTC dates from the first to the last of its records: all of them;
    ``dates`` is None where they are not known for sure, as while it runs. Of an import without
    records the last date lies before the first."""

    file_name: str
    dates: tuple[str, str] | None


NO_DATES = ("9999-12-31", "0001-01-01")
Find = Callable[[str], KnownImport | None]


class _Imports:
    find: Find = staticmethod(lambda _: None)


def learn_from(find: Find) -> None:
    """Say how an import is found by its id; None is one that is not known (any more)."""
    _Imports.find = staticmethod(find)


def known_import(import_id: str) -> KnownImport | None:
    """What is known of an import, or None."""
    return _Imports.find(import_id) if _ID.fullmatch(import_id) else None


def clean_import_id(text: str) -> str:
    """The id of an import as origins have it. Raises Invalid."""
    cleaned = text.strip().lower()
    if not _ID.fullmatch(cleaned):
        raise Invalid(
            "not_an_import",
            "is not the id of an import: it is like 8f14e45f-ceea-467f-a8d6-3d5c7b2f9a10",
        )
    return cleaned
