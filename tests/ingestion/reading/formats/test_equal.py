"""Made-up formats and files: what is written out and read in again is equal."""

import csv
import io
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.definition import (
    EXTRA_COLUMNS,
    FORMS,
    ColumnMapping,
    FormatDefinition,
    TimeForm,
)
from ingestion.reading.formats.from_json import definition_from_json
from messages_app.schema.definition import schema_from_json
from tests.ingestion.reading.formats.reading import (
    COLUMNS,
    HEADER,
    definition,
    read,
    reader_of,
    row,
    time,
)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
some = st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple)
forms = st.builds(TimeForm, st.sampled_from(FORMS), texts, texts)
factors = st.none() | st.decimals(
    min_value="-1e20", max_value="1e20", allow_nan=False, allow_infinity=False
).filter(lambda one: one and -30 < one.adjusted() < 30)
places = st.lists(st.integers(1, 1000), min_size=1, max_size=3, unique=True).map(tuple)
mappings = st.one_of(
    st.builds(ColumnMapping, some, st.just(()), st.none(), st.none() | forms, factors),
    st.builds(ColumnMapping, st.just(()), places, st.none(), st.none() | forms, factors),
    st.builds(ColumnMapping, st.just(()), st.just(()), texts, st.none() | forms, factors),
)
formats = st.builds(
    FormatDefinition,
    columns=st.dictionaries(texts, mappings, max_size=4),
    header=st.lists(texts, max_size=4).map(tuple),
    key_pattern=texts,
    encoding=texts,
    delimiter=st.sampled_from(["", ",", ";", "\t", "|"]),
    skip_lines=st.integers(0, 100),
    units_row=st.booleans(),
    decimal_mark=st.sampled_from([".", ","]),
    thousands_mark=st.sampled_from(["", ".", ","]),
    missing=st.lists(texts, max_size=4).map(tuple),
    extra_columns=st.sampled_from(EXTRA_COLUMNS),
    on_conflict=st.sampled_from(["", "keep", "replace", "reject"]),
    sheet=texts,
)
moments = st.datetimes(datetime(1975, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001
ZURICH = ZoneInfo("Europe/Zurich")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@patient
@given(formats)
def test_a_format_is_equal_after_json(made):
    assert definition_from_json(made.as_json()) == made


def key_of(moment):
    (parsed,) = moment
    assert parsed.record, parsed.faults
    return parsed.record.key


def expected(moment):
    time = moment.strftime("%H:%M:%S") + (f".{moment.microsecond:06}" if moment.microsecond else "")
    return (f"{moment:%Y-%m-%d}", time)


@patient
@given(moments, st.sampled_from(["epoch_s", "epoch_ms", "epoch_us", "epoch_ns"]))
def test_epoch_numbers_are_equal_after_being_written(moment, form):
    moment = moment.replace(tzinfo=UTC)
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    exponent = {"epoch_s": -6, "epoch_ms": -3, "epoch_us": 0, "epoch_ns": 3}[form]
    text = format(Decimal(micros).scaleb(exponent), "f")
    rows = read(HEADER + row(text), definition(columns=time(form)))
    assert key_of(rows) == expected(moment)


@patient
@given(
    moments,
    st.sampled_from(
        [
            "%d.%m.%Y %H:%M:%S.%f",
            "%m/%d/%Y %I:%M:%S.%f %p",
            "%Y%m%d%H%M%S.%f",
            "%d-%b-%Y %H:%M:%S,%f",
        ]
    ),
)
def test_local_times_are_equal_after_being_written(moment, pattern):
    local = moment.replace(tzinfo=UTC).astimezone(ZURICH)
    if local.fold:  # the second pass of an hour is read as its first
        return
    rows = read(
        HEADER + row(local.strftime(pattern)),
        definition(columns=time("pattern", pattern, "Europe/Zurich")),
    )
    assert key_of(rows) == expected(moment)


numbers = st.decimals(min_value=0, max_value="1e12", places=3, allow_nan=False)


@patient
@given(numbers, st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ",")]), st.booleans())
def test_numbers_are_equal_after_being_written(number, marks, is_grouped):
    decimal_mark, thousands_mark = marks
    text = format(number, ",f" if is_grouped and thousands_mark else "f")
    swapped = text.translate(str.maketrans({".": decimal_mark, ",": thousands_mark}))
    made = definition(decimal_mark=decimal_mark, thousands_mark=thousands_mark)
    (parsed,) = read(HEADER + row("1559040909", swapped), made)
    assert parsed.record.values["local_avg"] == number


DEVICES = schema_from_json(
    {
        "fields": [
            {"name": "at", "type": "timestamp"},
            {"name": "device", "type": "text"},
            {"name": "count", "type": "integer", "required": False},
            {"name": "level", "type": "number", "required": False},
            {"name": "is_on", "type": "boolean", "required": False},
        ],
        "time_field": "at",
    }
)
words = st.text(
    st.characters(categories=["L", "N"], exclude_characters="\u0130"), min_size=1, max_size=20
).filter(lambda text: text.upper() not in ("NULL", "N/A", "NOVALUE"))
levels = st.decimals("-1e9", "1e9", places=4, allow_nan=False)


@patient
@given(
    words,
    st.none() | st.integers(-(10**12), 10**12),
    st.none() | levels,
    st.none() | st.booleans(),
    st.none() | words,
    st.sampled_from(["1", "1000", "0.001"]),
    st.sampled_from(["", "novalue"]),
)
def test_values_of_all_types_are_equal_after_being_written(
    device, count, level, is_on, note, factor, marker
):
    values = {"device": device, "count": count, "level": level, "is_on": is_on}
    names = ["at", *values, "note"]
    columns = {name: {"column": name} for name in names if name != "note"}
    columns["level"]["factor"] = factor
    data = {"header": names, "columns": columns, "missing": ["novalue"], "extra_columns": "keep"}
    made = definition_from_json(data)
    check_contradictions(made, DEVICES)
    text = io.StringIO()
    cells = [marker if one is None else _written(one) for one in (*values.values(), note)]
    csv.writer(text).writerows([names, ["2019-05-28T10:55:09Z", *cells]])
    _, (parsed,) = reader_of(text.getvalue(), made, DEVICES)
    assert parsed.record, parsed.faults
    values["level"] = None if level is None else level * Decimal(factor)
    given_values = {name: one for name, one in values.items() if one is not None}
    assert {name: parsed.record.values[name] for name in given_values} == given_values
    assert len(parsed.record.values) == len(given_values) + 1
    assert parsed.record.extra == (() if note is None else (("note", note),))


def _written(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@patient
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_shuffled_columns_give_the_same_records(chance: random.Random, extra: int):
    names = [*HEADER.strip().split(";"), *(f"extra {place}" for place in range(extra))]
    rows = [[*row(f"155904090{n}", f"{n}.5").strip().split(";"), *"xyz"[:extra]] for n in range(3)]
    made = replace(definition(), header=tuple(names))
    order = list(range(len(names)))
    chance.shuffle(order)
    texts = [
        "\n".join(";".join(cells[place] for place in places) for cells in [names, *rows]) + "\n"
        for places in (range(len(names)), order)
    ]
    plain, shuffled = ([one.record for one in read(text, made)] for text in texts)
    assert plain == shuffled
    assert None not in plain


def test_all_mapped_columns_are_those_of_the_header():
    assert len(COLUMNS) == len(HEADER.split(";"))
