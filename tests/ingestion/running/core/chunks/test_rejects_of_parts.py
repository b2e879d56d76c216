"""Rejects of a chunk that is written in parts are kept beside each other."""

from dataclasses import replace

import pytest

from ingestion.reading.row_parser import ParsedRow
from ingestion.rejects import store
from ingestion.rejects.packed import Packer
from ingestion.running.progress import chunk_done, keep_part
from messages_app.schema.validation import Fault
from tests.ingestion.running.core.made import made, part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def rejecting(line, **receipt):
    packer = Packer()
    packer.add(ParsedRow(line, ["x"], None, [Fault("local_avg", "x", "not_a_number", "is none")]))
    return replace(part(rejected=1, **receipt), rejects=packer)


def test_each_part_that_has_rejects_keeps_them(settings):
    import_ = made(2, bucket=settings.DATA_BUCKET)
    first, second = import_.chunks.order_by("number")
    left = {"left": [[3, 4]], "rows_left": 2}
    keep_part(import_, first, replace(rejecting(2), **left), is_begun=True)
    keep_part(import_, first, replace(part(written=1), **left), is_begun=True)
    chunk_done(import_, first, rejecting(4, written=1))
    chunk_done(import_, second, rejecting(13))
    assert [len(chunk.reject_parts) for chunk in import_.chunks.order_by("number")] == [2, 0]
    assert [row.line for row in store.stored(import_)] == [2, 4, 13]
