"""What tasks consume of the table, beside what is counted with the rows of which they told."""

from django.db.models import F

from common.meters import Units
from ingestion.models import Import


def count(import_: Import, units: Units) -> None:
    """Of an import as it was read: not of one that began anew since then."""
    if any(units):
        Import.objects.filter(
            pk=import_.pk, dry_run=import_.dry_run, undo_begun_at=import_.undo_begun_at
        ).update(
            write_units=F("write_units") + units.write, read_units=F("read_units") + units.read
        )
