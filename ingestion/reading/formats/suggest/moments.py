"""Which forms of times fit a column, by all its cells; and the question where several do."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ingestion.reading.formats.definition import Form, TimeForm
from ingestion.reading.formats.suggest.question import Choice, Question
from ingestion.reading.formats.values.times import Notes, time_reader
from messages_app.schema.invisible import visible
from messages_app.schema.schema import Field
from messages_app.schema.timestamps import key_of_seconds
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
_ZONES = ("UTC", "Europe/London", "Europe/Zurich", "Europe/Helsinki", "America/New_York")
_MORE_ZONES = (
    *("America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo"),
    *("Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "+01:00", "+02:00"),
)
_SAYS_UTC = re.compile(r"\b(?:utc|gmt|zulu)\b", re.IGNORECASE)
# As numbers these would be milliseconds of 1976 or of the years after 2580.
_COMPACT = re.compile(r"(?:19|20|21)\d{10}(?:\d\d)?", re.ASCII)
# Since 1899: those of 1954 to 2119.
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d*)?", re.ASCII)
UTC = "UTC"
# One fits at most, or two, of which one has the day first and the other the month.
_PATTERN_FORMS = [TimeForm("pattern", pattern, UTC) for pattern in _PATTERNS]


def fitting(cells: list[str], field: Field) -> list[TimeForm]:
    """The forms that read every cell, with UTC where a zone is needed. The most certain first."""
    cells = [visible(cell) for cell in cells]
    if not cells:
        return []
    for forms in _guesses(cells):
        if found := [form for form in forms if _fits(cells, form, field)]:
            return found
    return []


def _guesses(cells: list[str]) -> Iterator[Sequence[TimeForm]]:
    """Groups of forms, of which only the first that has one that fits is looked at."""
    yield [TimeForm("iso")]
    if all(map(_COMPACT.fullmatch, cells)):
        yield _PATTERN_FORMS
    yield [TimeForm(form) for form in _EPOCHS]
    yield [TimeForm("iso", zone=UTC)]
    if all(map(_SERIAL.fullmatch, cells)):
        yield [TimeForm("serial", zone=UTC)]
    yield _PATTERN_FORMS


def questions(cells: list[str], name: str, field: Field, forms: list[TimeForm]) -> list[Question]:
    """What is to be asked of times that several forms fit, or that say no zone. ``name`` is that of
    their column."""
    asked = []
    label = field.label
    form = forms[0]
    if form.form in _EPOCHS:
        choices = [_choice(_EPOCHS[form.form], form, ("form",), field, cells)]
        text = f"{label} is a number of what?"
        asked.append(Question("epoch_unit", field.name, text, choices, 0))
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
    text: str, form: TimeForm, members: tuple[str, ...], field: Field, cells: list[str]
) -> Choice:
    """One that says a part of a form."""
    part = {name: value for name, value in form.as_json().items() if name in members}
    value = {"columns": {field.name: {"timestamp": part}}}
    return Choice(text, value, _example(cells, form, field))


def _example(cells: list[str], form: TimeForm, field: Field) -> str:
    read = time_reader(form, field.type, ".", Notes())
    try:
        value = read(cells[0])
    except Invalid:
        return ""
    assert isinstance(value, Decimal)
    return f"{cells[0]} is {' '.join(key_of_seconds(value))} UTC"


def _fits(cells: Iterable[str], form: TimeForm, field: Field) -> bool:
    read = time_reader(form, field.type, ".", Notes())
    for cell in cells:
        try:
            read(cell)
        except Invalid:
            return False
    return True


def _said(form: TimeForm) -> str:
    month_first = form.pattern.find("%m") < form.pattern.find("%d")
    return "the month comes first" if month_first else "the day comes first"
