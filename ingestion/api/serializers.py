"""Imports in JSON."""

from typing import Any

from ingestion.models import Import


def import_as_json(of: Import) -> dict[str, Any]:
    """An import as the API gives it. Bytes are those of the text that is imported."""
    error = {"code": of.error_code, "detail": of.error_detail} if of.error_code else None
    return {
        "id": str(of.pk),
        "bucket": of.bucket,
        "key": of.key,
        "state": of.state,
        "on_conflict": of.on_conflict,
        "progress": {
            "bytes_total": of.bytes_total,
            "bytes_done": of.bytes_done,
            "chunks_total": of.chunks_total,
            "chunks_done": of.chunks_done,
        },
        "receipt": of.receipt.as_dict(),
        "error": error,
        "created_at": of.created_at,
        "finished_at": of.finished_at,
    }
