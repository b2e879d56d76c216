"""Template filters for imports."""

from typing import Any

from django import template

from ingestion.models import Import, State
from ingestion.presentation import prices, receipt, spent
from ingestion.presentation.receipt import ReceiptPart, receipt_parts

register = template.Library()


@register.filter
def state_word(import_: Import) -> str:
    """Its state in a word or two: the pages say *taken back* where the API says ``undone``."""
    if import_.state in (State.UNDOING, State.UNDONE):
        return State(import_.state).label
    return import_.state


@register.filter
def in_words(import_: Import) -> str:
    """An import's receipt, such as ``20 rows: 18 new, 2 unchanged``."""
    return receipt.receipt_in_words(import_)


@register.filter
def parts(import_: Import) -> list[ReceiptPart]:
    """The numbers that make up its receipt."""
    return receipt_parts(import_)


@register.filter
def cost(import_: Import) -> dict[str, Any] | None:
    """What it has consumed, with the price in words; None where nothing is known."""
    found = spent.of_import(import_)
    if found is None:
        return None
    return {"units": found, "price": spent.price(found.dollars), "prices": prices}
