"""Units that files name: whether one is a field's own, and the factor between two of one sort."""

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, Inexact
from typing import NamedTuple

from messages_app.schema.invisible import visible
from messages_app.schema.schema import Field, Schema

# The sorts, each with how often its units have that of the first: text, as that is exact.
_SORTS: tuple[Mapping[str, str], ...] = (
    {"s": "1", "ms": "1e-3", "μs": "1e-6", "ns": "1e-9", "min": "60", "h": "3600", "d": "86400"},
    {"m": "1", "km": "1e3", "dm": "0.1", "cm": "0.01", "mm": "1e-3", "μm": "1e-6"},
    {"g": "1", "kg": "1e3", "mg": "1e-3", "μg": "1e-6", "t": "1e6"},
    {"Pa": "1", "hPa": "100", "mbar": "100", "kPa": "1e3", "bar": "1e5", "MPa": "1e6"},
    {"V": "1", "mV": "1e-3", "μV": "1e-6", "kV": "1e3"},
    {"A": "1", "mA": "1e-3", "μA": "1e-6"},
    {"W": "1", "mW": "1e-3", "kW": "1e3", "MW": "1e6"},
    {"Wh": "1", "kWh": "1e3", "MWh": "1e6"},
    {"l": "1", "ml": "1e-3", "m3": "1e3"},
    {"Hz": "1", "kHz": "1e3", "MHz": "1e6", "GHz": "1e9"},
    {"m/s": "1", "mm/s": "1e-3"},
    {"1": "1", "%": "0.01", "‰": "1e-3", "ppm": "1e-6"},
    # Between these there is no factor.
    {"°C": "", "°F": "", "K": ""},
    {"dB": "", "dBm": ""},
    {"km/h": "", "mph": "", "kn": ""},
)
_OTHER_NAMES = {
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "hour": "h",
    "hours": "h",
    "msec": "ms",
    "millisecond": "ms",
    "milliseconds": "ms",
    "millis": "ms",
    "us": "μs",
    "usec": "μs",
    "minute": "min",
    "minutes": "min",
    "hr": "h",
    "day": "d",
    "days": "d",
    "degc": "°C",
    "celsius": "°C",
    "c": "°C",
    "degf": "°F",
    "fahrenheit": "°F",
    "f": "°F",
    "kelvin": "K",
    "percent": "%",
    "volt": "V",
    "volts": "V",
    "pascal": "Pa",
    "kph": "km/h",
    "litre": "l",
    "liter": "l",
    "meter": "m",
    "metre": "m",
    "meters": "m",
    "metres": "m",
}
_KNOWN = {unit: sort for sort in _SORTS for unit in sort}
_EXACT = Context(prec=60, traps=[Inexact])


class Stated(NamedTuple):
    """A unit that a file names for a field, which is not the one that is expected."""

    field: Field
    unit: str
    expected: str


def is_known(text: str) -> bool:
    """Whether a text is a unit for certain."""
    return _plain(text) in _KNOWN


def is_same(one: str, other: str) -> bool:
    """Whether two texts name the same unit. Case tells milliwatts from megawatts."""
    first, second = _plain(one), _plain(other)
    if first in _KNOWN and second in _KNOWN:
        return first == second
    return first.casefold() == second.casefold()


def factor(unit: str, wanted: str) -> Decimal | None:
    """What numbers in one unit are multiplied with to be in another; None where no factor is
    exact."""
    first, second = _plain(unit), _plain(wanted)
    sort = _KNOWN.get(first, {})
    if second not in sort or not sort[first]:
        return None
    try:
        return _EXACT.divide(Decimal(sort[first]), Decimal(sort[second])).normalize()
    except Inexact:
        return None


def stated_below(
    cells: Sequence[str],
    places: Mapping[str, int],
    schema: Schema,
    expected: Mapping[str, str],
) -> list[Stated]:
    """What a row below the header says of units that are not those of the fields, or ``expected``
    in their stead; nothing where it is no row of units: it has digits, or nothing that is a unit
    for certain. ``places`` are those of the fields' cells."""
    numbers = [
        field
        for field in schema.fields
        if field.type.is_number and places.get(field.name, len(cells)) < len(cells)
    ]
    texts = {field.name: visible(cells[places[field.name]]) for field in numbers}
    if any(letter.isdigit() and letter.isascii() for text in texts.values() for letter in text):
        return []
    of_units = [one for one in numbers if one.unit and one.type.is_measure and texts[one.name]]
    found = [Stated(one, texts[one.name], expected.get(one.name) or one.unit) for one in of_units]
    is_of_units = any(is_known(one.unit) or is_same(one.unit, one.expected) for one in found)
    return [one for one in found if is_of_units and not is_same(one.unit, one.expected)]


def sentence_of(found: Sequence[Stated]) -> str:
    """``The file says that Local average is in s, which is kept in ms.``"""
    parts = [f"{one.field.label} is in {one.unit[:20]}, not {one.expected}" for one in found]
    return f"The file says that {', '.join(parts[:5])}."


def _plain(text: str) -> str:
    text = visible(text).replace("º", "°")
    seen = unicodedata.normalize("NFKC", text).strip("[](){} .").replace("° ", "°")
    lowered = seen.casefold()
    if lowered in _OTHER_NAMES:
        return _OTHER_NAMES[lowered]
    alike = [unit for unit in _KNOWN if unit.casefold() == lowered]
    return alike[0] if len(alike) == 1 else seen
