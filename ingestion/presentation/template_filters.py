"""Template filters for imports."""

from django import template

from ingestion.models import Import
from ingestion.presentation import receipt
from ingestion.presentation.receipt import Part, receipt_parts

register = template.Library()


@register.filter
def in_words(import_: Import) -> str:
    """An import's receipt, such as ``20 rows: 18 new, 2 unchanged``."""
    return receipt.receipt_in_words(import_)


@register.filter
def parts(import_: Import) -> list[Part]:
    """The numbers that make up its receipt."""
    return receipt_parts(import_)
