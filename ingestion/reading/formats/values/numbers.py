"""Numbers as they are written around the world, made into those with a decimal point."""

import re
from collections.abc import Callable
from decimal import Context, Decimal

from messages_app.schema.invisible import visible
from messages_app.schema.types import as_text
from messages_app.schema.types.decimals import canonical, exact_decimal
from messages_app.schema.validation import Invalid

# What groups digits in no doubtful way: spaces of any width, and apostrophes.
_GROUPING = " '\u2019\u2009"
_NUMBER_LIKE = re.compile(r"[+-]?[\d.,'\u2019\u2009 ]+", re.ASCII)
_EXACT = Context(prec=1000, Emax=10_000, Emin=-10_000)
_NAMES = {".": "point", ",": "comma"}


def number_text(decimal_mark: str, thousands_mark: str) -> Callable[[str], str]:
    """What makes a cell's number one with a decimal point and without other marks. It raises
    Invalid where marks stand in the wrong place; what is no number it leaves to the field's type.
    """
    groups = f"[{re.escape(_GROUPING + thousands_mark)}]"
    mark = re.escape(decimal_mark)
    plain = re.compile(rf"[+-]?\d*(?:{mark}\d*)?(?:[eE][+-]?\d+)?", re.ASCII)
    grouped = re.compile(rf"[+-]?\d{{1,3}}(?:{groups}\d{{3}})+(?:{mark}\d*)?", re.ASCII)
    remove = str.maketrans("", "", _GROUPING + thousands_mark)

    def clean(text: str) -> str:
        text = visible(text)
        if not plain.fullmatch(text):
            if not grouped.fullmatch(text):
                _refuse(text, decimal_mark, thousands_mark)
                return text
            text = text.translate(remove)
        return text.replace(decimal_mark, ".")

    return clean


def multiplied(clean: Callable[[str], str], factor: Decimal) -> Callable[[str], str]:
    """The same, times a factor, exactly."""

    def product(text: str) -> str:
        value = exact_decimal(clean(text))
        return as_text(canonical(_EXACT.multiply(value, factor)))

    return product


def _refuse(text: str, decimal_mark: str, thousands_mark: str) -> None:
    if not _NUMBER_LIKE.fullmatch(text):
        return
    other = "." if decimal_mark == "," else ","
    if other in text and other != thousands_mark:
        raise Invalid(
            f"decimal_{_NAMES[other]}",
            f"has a {_NAMES[other]}, but in files of this format the decimal mark is a"
            f" {_NAMES[decimal_mark]}",
        )
    raise Invalid(
        "misplaced_mark",
        f"has marks between digits in the wrong place: the decimal mark is a"
        f" {_NAMES[decimal_mark]}, and others stand before three digits each",
    )
