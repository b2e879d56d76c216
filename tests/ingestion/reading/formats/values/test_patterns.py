"""Patterns of dates and times: what they match, and what is wrong with one."""

import pytest

from ingestion.reading.formats.values.patterns import compile_pattern, month_number

_DAY = "%Y-%m-%d"


@pytest.mark.parametrize(
    ("pattern", "text", "parts"),
    [
        ("%d.%m.%Y", "28.05.2019", {"d": "28", "m": "05", "Y": "2019"}),
        ("%d.%m.%Y", "8.5.2019", {"d": "8", "m": "5", "Y": "2019"}),
        ("%d.%m.%Y", "8.5.19", None),
        ("%d.%m.%y", "8.5.19", {"d": "8", "m": "5", "y": "19"}),
        ("%d.%m.%y", "8.5.9", None),
        ("%d.%m.%Y", "8x5x2019", None),
        ("%d%m.%Y", "0805.2019", {"d": "08", "m": "05", "Y": "2019"}),
        ("%d%m.%Y", "085.2019", None),
        ("%d%m.%Y", "805.2019", None),
        ("%d.%m%Y", "8.052019", {"d": "8", "m": "05", "Y": "2019"}),
        ("%d.%m%Y", "8.52019", None),
        ("%Y%m.%d", "201905.8", {"Y": "2019", "m": "05", "d": "8"}),
        ("%d%b%Y", "8May2019", {"d": "8", "b": "May", "Y": "2019"}),
        ("%a%d.%m.%Y", "Tue8.5.2019", {"d": "8", "m": "5", "Y": "2019"}),
        ("%a, %d %B %Y %A", "Tue, 8 September 2019 x", None),
        ("%a, %d %B %Y %A", "Tue, 8 September 2019 Tuesday", {"d": "8", "b": "Sep", "Y": "2019"}),
        ("%a%a %d.%m.%Y", "Tues. 8.5.2019", {"d": "8", "m": "5", "Y": "2019"}),
        ("%Y-%m-%d%%", "2019-5-8%", {"Y": "2019", "m": "5", "d": "8"}),
        ("%%%Y-%m-%d%%", "%2019-5-8%", {"Y": "2019", "m": "5", "d": "8"}),
        ("%Y-%m-%d  %H:%M", "2019-05-08 \t 1:02", {"H": "1", "M": "02"}),
        ("%Y-%m-%d %H", "2019-05-081", None),
        ("%Y-%m-%d %H:%M:%S.%f %z", "2019-05-08 1:02:03.4 -0330", {"f": "4", "z": "-0330"}),
    ],
)
def test_a_text_is_taken_apart(pattern, text, parts):
    match = compile_pattern(pattern).fullmatch(text)
    assert (match and {name: match[name] for name in parts or ()}) == parts


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("%Q", "has %Q, which is not known"),
        ("%Q %J", "has %Q, which is not known"),
        (f"{_DAY} %", "has %, which is not known"),
        (f"{_DAY} %d", "says %d more than once"),
        (f"{_DAY} %m %d", "says %d more than once"),
        (f"{_DAY} %b", "says %m more than once"),
        (f"{_DAY} %B", "says %m more than once"),
        (f"{_DAY} %y", "says %Y more than once"),
        (f"{_DAY} %H %I %p", "says %H more than once"),
        ("%m-%d", "lacks the year, %Y or %y"),
        ("%Y-%d", "lacks the month, %m or %b"),
        ("%Y-%m", "lacks the day, %d"),
        (f"{_DAY} %I", "needs %I and %p together, or %H alone"),
        (f"{_DAY} %H %p", "needs %I and %p together, or %H alone"),
        (f"{_DAY} %M", "has %M without %H"),
        (f"{_DAY} %H %S", "has %S without %M"),
        (f"{_DAY} %H:%M.%f", "has %f without %S"),
        (_DAY + "x" * 59, "is longer than any date and time"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_told(pattern, sentence):
    with pytest.raises(ValueError, match=sentence) as raised:
        compile_pattern(pattern)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    "pattern", [_DAY + "x" * 58, _DAY + " %I %p", _DAY + "%%" * 61, "%A %b %d %y %H:%M:%S.%f %z"]
)
def test_a_pattern_that_is_right_is_taken(pattern):
    compile_pattern(pattern)


def test_months_are_known_in_any_case():
    assert [month_number(name) for name in ("jan", "MAY", "Dec")] == [1, 5, 12]
    with pytest.raises(ValueError):  # noqa: PT011 its sentence is not shown
        month_number("mai")
