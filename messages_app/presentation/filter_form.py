"""The inputs of the filter form, made from the schema and filled with what was asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from messages_app.presentation.filters import Filters
from messages_app.presentation.parameters import IMPORT, MAX, MIN, WITHOUT
from messages_app.schema.record import Record
from messages_app.schema.schema import Field


@dataclass(frozen=True, slots=True)
class Input:
    """An input with a label of its own, which is shown only to screen readers."""

    name: str
    id: str
    label: str
    value: str
    placeholder: str = ""
    kind: str = "text"
    mode: str = "text"
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Checkbox:
    """A box to be ticked, with its label beside it."""

    name: str
    id: str
    label: str
    value: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class InputGroup:
    """Inputs, or boxes to tick, under one label; of a list each has one value, and ``suggestions``
    can be typed into all of them."""

    id: str
    label: str
    inputs: list[Input]
    errors: list[str]
    suggestions: list[str] = field(default_factory=list)
    is_list: bool = False
    checks: list[Checkbox] = field(default_factory=list)

    @property
    def is_wide(self) -> bool:
        return self.id == "days" and len(self.inputs) > 1


def groups(filters: Filters, shown: Iterable[Record]) -> list[InputGroup]:
    """The form. What it suggests are the values of the records that are ``shown``."""
    return [
        _days(filters),
        _pair(filters, "time", "Time (UTC)", ("time_from", "time_to"), ("00:00", "23:59:59")),
        *_texts(filters, list(shown)),
        *(_range(filters, field) for field in filters.schema.numbers),
        *_without(filters),
        *_import(filters),
    ]


def hidden(filters: Filters) -> list[tuple[str, str]]:
    """Parameters that have no input, but belong to the query all the same."""
    names = [field.name for field in filters.schema.fields if field not in filters.schema.texts]
    if not filters.data["date"]:
        names.append("date")
    names += filters.own
    return [(name, value) for name in names for value in filters.data.getlist(name)]


def _without(filters: Filters) -> Iterator[InputGroup]:
    """A box for each field that may have no value."""
    asked = filters.data.getlist(WITHOUT)
    checks = [
        Checkbox(WITHOUT, f"f-without-{one.name}", one.label, one.name, one.name in asked)
        for one in filters.schema.optional
    ]
    if checks:
        errors = filters.errors.get(WITHOUT, [])
        yield InputGroup(WITHOUT, "Without a value in", [], errors, checks=checks)


def _import(filters: Filters) -> Iterator[InputGroup]:
    """The import whose records are asked for: links lead to them, nobody begins by typing one."""
    if asked := filters.data.get(IMPORT, ""):
        errors = filters.errors.get(IMPORT, [])
        one = Input(IMPORT, "f-import", "Import", asked, "any", is_bad=bool(errors))
        yield InputGroup(IMPORT, "Import", [one], errors)


def _days(filters: Filters) -> InputGroup:
    if not filters.data["date"]:
        names = ("date_from", "date_to")
        return _pair(filters, "days", "Days (UTC)", names, ("", ""), "date")
    errors = filters.errors.get("date", [])
    data = filters.data.get("date", "")
    one = Input("date", "f-date", "Day", data, kind="date", is_bad=bool(errors))
    return InputGroup("days", "Day (UTC)", [one], errors)


def _pair(
    filters: Filters,
    id_: str,
    label: str,
    names: tuple[str, str],
    placeholders: tuple[str, str],
    kind: str = "text",
    mode: str = "text",
) -> InputGroup:
    inputs = [
        Input(
            name,
            f"f-{name}",
            f"{label}, {end}",
            filters.data.get(name, ""),
            placeholder,
            "text" if "T" in filters.data.get(name, "") else kind,  # a moment, which is no date
            mode,
            name in filters.errors,
        )
        for name, end, placeholder in zip(names, ("from", "to"), placeholders, strict=True)
    ]
    errors = [sentence for name in names for sentence in filters.errors.get(name, [])]
    return InputGroup(id_, label, inputs, errors)


def _range(filters: Filters, field: Field) -> InputGroup:
    ends = (field.name + MIN, field.name + MAX)
    mode = field.type.input_mode
    return _pair(filters, field.name, field.heading, ends, ("min", "max"), mode=mode)


def _texts(filters: Filters, shown: list[Record]) -> Iterator[InputGroup]:
    """An input for each value that is asked for, and an empty one for another."""
    for text in filters.schema.texts:
        name, label = text.name, text.label
        data = filters.data.getlist(name)
        errors = filters.errors.get(name, [])
        inputs = [
            Input(
                name,
                f"f-{name}-{number}",
                f"Or {label}" if number else label,
                value,
                "or another" if number else "any",
                is_bad=bool(errors and value),
            )
            for number, value in enumerate([*data, ""])
        ]
        seen = {record.text(name) for record in shown} - {""}
        suggestions = list(text.type.options) or sorted(seen)
        yield InputGroup(name, label, inputs, errors, suggestions, is_list=True)
