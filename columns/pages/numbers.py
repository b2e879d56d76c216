"""Numbers as people read them."""

from decimal import ROUND_HALF_UP, Context, Decimal

from messages_app.schema.types import as_text

_SHOWN_DIGITS = Context(prec=6, rounding=ROUND_HALF_UP)


def shown(number: float | None) -> str:
    """The first six digits: ``120.073``. '' for none."""
    return "" if number is None else as_text(Decimal(repr(number)).normalize(_SHOWN_DIGITS))
