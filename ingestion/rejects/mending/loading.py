"""Mended rows are loaded by an import of their own, the child: it has a receipt and an origin, and
is run, cancelled, resumed and run again as others are.

It has no object: its rows are those which its parent has for it (Mend.child), so that rows that
were given back, edited or loaded by another child meanwhile are not loaded by this one too.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import structlog
from django.db import transaction
from django.db.models import QuerySet

from common.tracing import request_id
from ingestion.formats.models import FormatVersion
from ingestion.formats.recognition import reader_of
from ingestion.models import MENDED, Chunk, Import
from ingestion.reading.encodings import UTF_8
from ingestion.reading.header import Layout
from ingestion.reading.row_parser import ParsedRow, RowReader
from ingestion.rejects.mending.batches import batched
from ingestion.rejects.mending.checking import plain_layout
from ingestion.rejects.mending.models import Mend, MendState
from ingestion.rejects.mending.settling import locked_import, recount
from messages_app.schema.schema import Schema

log = structlog.get_logger(__name__)

# Rows that one child loads; those behind wait for the next.
MAX_ROWS = 10_000
_ROWS_A_CHUNK = 500


def make_child(
    parent: Import,
    user: Any,
    version: FormatVersion | None = None,
    lines: Sequence[int] | None = None,
) -> Import | None:
    """An import of the rows that are ready, its plan not yet sent; None where none are. By
    ``version`` of the format if one is given, else by that of the parent; with ``lines`` of these
    rows alone.

    In a transaction, with the parent locked.
    """
    ready = Mend.objects.filter(import_record=parent, state=MendState.READY).order_by("line")
    chosen = _of_lines(ready, lines)[:MAX_ROWS]
    if not chosen:
        return None
    child = Import.objects.create(**_like(parent), created_by=user)
    if version is not None:
        child.format_version = version
        child.save(update_fields=["format_version"])
    for some in batched(chosen, _ROWS_A_CHUNK):
        Mend.objects.filter(pk__in=some).update(state=MendState.LOADING, child=child)
    log.info("rejects loaded", import_id=str(parent.pk), child=str(child.pk), rows=len(chosen))
    return child


def _of_lines(ready: QuerySet[Mend], lines: Sequence[int] | None) -> list[int]:
    """Their keys, in the order of their lines."""
    if lines is None:
        return list(ready.values_list("pk", flat=True)[:MAX_ROWS])
    found: list[int] = []
    for some in batched(sorted(lines), _ROWS_A_CHUNK):
        found += ready.filter(line__in=some).values_list("pk", flat=True)
    return found


def _like(parent: Import) -> dict[str, Any]:
    """What a child has of its parent: all that says how rows are read and written. Of the same
    object and version, its rows never take the place of those of a newer one."""
    return {
        "parent": parent,
        "bucket": parent.bucket,
        "key": parent.key,
        "identity": f"{MENDED}{uuid4()}",
        "sequencer": parent.sequencer,
        "modified_at": parent.modified_at,
        "on_conflict": parent.on_conflict,
        "encoding": UTF_8,
        "kind": parent.kind,
        "kind_version": parent.kind_version,
        "is_kind_said": True,
        "format_version": parent.format_version,
        "layout": plain_layout(parent).as_json(),
        "request_id": request_id.current(),
    }


def chunks_of(child: Import) -> list[Chunk]:
    """The chunks of its rows; places are counted in rows, not in bytes. Rows that it loaded in an
    earlier run are to be loaded anew."""
    _take_again(child)
    if not child.layout and child.parent is not None:
        child.layout = plain_layout(child.parent).as_json()
    lines = Mend.objects.filter(child=child).order_by("line").values_list("line", flat=True)
    return [
        Chunk(
            import_record=child,
            number=number,
            start=(number - 1) * _ROWS_A_CHUNK,
            end=(number - 1) * _ROWS_A_CHUNK + len(some),
            first_line=some[0],
            lines=some[-1] - some[0] + 1,
        )
        for number, some in enumerate(batched(lines, _ROWS_A_CHUNK), start=1)
    ]


def _take_again(child: Import) -> None:
    done = Mend.objects.filter(child=child, state=MendState.MENDED)
    if child.parent_id is None or not done.exists():
        return
    with transaction.atomic():
        if locked_import(child.parent_id) is not None:
            done.update(state=MendState.LOADING)
            recount(child.parent_id)


class MendedRows:
    """The rows of a chunk of a child, read as its parent's were."""

    def __init__(
        self, child: Import, chunk: Chunk, schema: Schema, *, is_whole: bool = False
    ) -> None:
        """Those that are still to be loaded, unless it ``is_whole``."""
        self._child, self._chunk, self._is_whole = child, chunk, is_whole
        self._reader: RowReader = reader_of(
            child.format_version,
            schema,
            Layout.from_json(child.layout),
            str(child.pk),
            None,
            child.object_version,
        )

    @property
    def repeated_times(self) -> int:
        """Of the rows read so far, whose time clocks show twice."""
        return self._reader.repeated_times

    def __iter__(self) -> Iterator[ParsedRow]:
        end = self._chunk.first_line + self._chunk.lines
        found = Mend.objects.filter(
            child=self._child, line__gte=self._chunk.first_line, line__lt=end
        )
        if not self._is_whole:
            found = found.filter(state=MendState.LOADING)
        for line, cells in found.order_by("line").values_list("line", "cells"):
            yield self._reader.of_cells(cells or [], line)
