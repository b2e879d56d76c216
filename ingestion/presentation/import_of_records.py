"""What records are told of the import that they came from; see messages_app/schema/imports.py."""

from ingestion.models import Import
from ingestion.presentation import dates
from messages_app.schema.imports import NO_DATES, KnownImport


def find(import_id: str) -> KnownImport | None:
    """None where there is no such import (any more)."""
    import_ = Import.objects.only("key", "is_planned").filter(pk=import_id).first()
    if import_ is None:
        return None
    is_whole = import_.is_planned and not import_.chunks.filter(is_done=False).exists()
    known = (dates.of_import(import_) or NO_DATES) if is_whole else None
    return KnownImport(import_.file_name, known)
