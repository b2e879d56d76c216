"""What an import has consumed, as pages and API show it."""

from decimal import Decimal

from ingestion.models import Import
from ingestion.presentation import prices
from ingestion.presentation.prices import Cost


def of_import(import_: Import) -> Cost | None:
    """So far, by its tasks, those that take it back included; what one consumed whose process was
    killed is missing. None where nothing was counted, as in imports of earlier versions."""
    if not (import_.write_units or import_.read_units):
        return None
    times = 2 if import_.undo_begun_at else 1
    return prices.cost(import_.write_units, import_.read_units, times * import_.chunks_done)


def price(dollars: Decimal) -> str:
    """Such as ``about $12.40``; of little money with more digits."""
    if dollars < Decimal("0.0001"):
        return "less than $0.0001"
    return f"about ${dollars:.2f}" if dollars >= 1 else f"about ${dollars:.4f}"
