"""Which forms of times fit a column, by all its cells; and the question where several do."""

import re
from collections.abc import Iterable
from decimal import Decimal

from ingestion.reading.formats.definition import Form, TimeForm
from ingestion.reading.formats.suggest.question import Choice, Question
from ingestion.reading.formats.values.times import Notes, time_reader
from messages_app.schema.invisible import visible
from messages_app.schema.schema import Field
from messages_app.schema.timestamps import key_of
from messages_app.schema.validation import Invalid

_EPOCHS: dict[Form, str] = {
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
    "epoch_us": "microseconds since 1970",
    "epoch_ns": "nanoseconds since 1970",
}
_DAYS = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d"),
    *(
        "%Y-%m-%d",
        "%d.%m.%y",
        "%d/%m/%y",
        "%m/%d/%y",
        "%d-%b-%Y",
        "%d %b %Y",
        "%b %d, %Y",
        "%Y%m%d",
    ),
)
_HOURS = (
    *("%H:%M:%S.%f", "%H:%M:%S", "%H:%M", "%H:%M:%S,%f"),
    *("%I:%M:%S %p", "%I:%M %p", "%H%M%S", "%H%M"),
)
_PATTERNS = (
    *(f"{day}{between}{hour}" for day in _DAYS for hour in _HOURS for between in (" ", "T")),
    *_DAYS,
    *("%Y%m%d%H%M%S", "%Y%m%d%H%M"),
)
# What a day and a month, read the other way round, may be.
_ZONES = ("UTC", "Europe/London", "Europe/Zurich", "Europe/Helsinki", "America/New_York")
_MORE_ZONES = (
    *("America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo"),
    *("Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "+01:00", "+02:00"),
)
_SAYS_UTC = re.compile(r"\b(?:utc|gmt|zulu)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+", re.ASCII)
UTC = "UTC"


def fitting(cells: list[str], field: Field) -> list[TimeForm]:
    """The forms that read every cell, with UTC where a zone is needed. The most certain first."""
    if not cells:
        return []
    plain = TimeForm("iso")
    if _fits(cells, plain, field):
        return [plain]
    epochs = [TimeForm(form) for form in _EPOCHS]
    found = [form for form in epochs if _fits(cells, form, field)]
    for form in (TimeForm("iso", zone=UTC), TimeForm("serial", zone=UTC)):
        if not found and _fits(cells, form, field) and _is_likely(form, cells):
            found.append(form)
    return found or _patterns(cells, field)


def questions(cells: list[str], name: str, field: Field, forms: list[TimeForm]) -> list[Question]:
    """What is to be asked of times that several forms fit, or that say no zone. ``name`` is that of
    their column."""
    asked = []
    label = field.label
    form = forms[0]
    if form.form in _EPOCHS and form.form != "iso":
        choices = [_choice(_EPOCHS[one.form], one, ("form",), field, cells) for one in forms]
        text = f"{label} is a number of what?"
        asked.append(Question("epoch_unit", field.name, text, choices, _only(choices)))
    elif form.form == "pattern" and len(forms) > 1:
        choices = [_choice(_said(one), one, ("pattern",), field, cells) for one in forms]
        text = f"In {label}, which is the day and which the month?"
        asked.append(Question("day_or_month", field.name, text, choices, None))
    if form.zone:
        asked.append(_zone(cells, name, field, form))
    return asked


def _zone(cells: list[str], name: str, field: Field, form: TimeForm) -> Question:
    zones = (*_ZONES, *_MORE_ZONES)
    choices = [
        _choice(zone, TimeForm(form.form, form.pattern, zone), ("zone",), field, cells)
        for zone in zones
    ]
    chosen = 0 if _SAYS_UTC.search(name) else None
    text = f"{field.label} says no zone. Where were the clocks set?"
    return Question("zone", field.name, text, choices, chosen)


def _choice(
    text: str, form: TimeForm, said: tuple[str, ...], field: Field, cells: list[str]
) -> Choice:
    """One that says a part of a form."""
    part = {name: value for name, value in form.as_json().items() if name in said}
    value = {"columns": {field.name: {"timestamp": part}}}
    return Choice(text, value, _example(cells, form, field))


def _example(cells: list[str], form: TimeForm, field: Field) -> str:
    read = time_reader(form, field.type, ".", Notes())
    try:
        value = read(cells[0])
    except (Invalid, ValueError):
        return ""
    assert isinstance(value, Decimal)
    return f"{cells[0]} is {' '.join(key_of(value))} UTC"


def _patterns(cells: list[str], field: Field) -> list[TimeForm]:
    found = []
    shapes = {_DIGITS.sub("0", cell) for cell in cells[:20]}
    for pattern in _PATTERNS:
        if "." in pattern and not any("." in shape for shape in shapes):
            continue
        form = TimeForm("pattern", pattern, UTC)
        if _fits(cells[:3], form, field) and _fits(cells, form, field):
            found.append(form)
    kept = [form for form in found if "%y" not in form.pattern] or found
    return _without_twins(kept)


def _without_twins(forms: list[TimeForm]) -> list[TimeForm]:
    """One of those that read days and months alike."""
    by_order: dict[bool, TimeForm] = {}
    for form in forms:
        month = form.pattern.find("%m")
        by_order.setdefault(0 <= month < form.pattern.find("%d"), form)
    return list(by_order.values())


def _fits(cells: Iterable[str], form: TimeForm, field: Field) -> bool:
    read = time_reader(form, field.type, ".", Notes())
    for cell in cells:
        try:
            read(cell)
        except Invalid as error:
            if error.code != "skipped_time":
                return False
        except ValueError:
            return False
    return True


def _is_likely(form: TimeForm, cells: list[str]) -> bool:
    """Of days since 1899: those of 1954 to 2119."""
    if form.form != "serial":
        return True
    return all(20_000 <= float(visible(cell).replace(",", ".")) < 80_000 for cell in cells)


def _said(form: TimeForm) -> str:
    month_first = form.pattern.find("%m") < form.pattern.find("%d")
    return "the month comes first" if month_first else "the day comes first"


def _only(choices: list[Choice]) -> int | None:
    return 0 if len(choices) == 1 else None
