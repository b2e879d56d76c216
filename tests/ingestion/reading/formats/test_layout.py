"""Where the header and the rows of a format's file are, and what the header has lost and gained."""

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.reading.formats.layout import Drift, read_format_layout
from ingestion.reading.formats.values.units import Stated
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from tests.ingestion.reading.formats.reading import COLUMNS, HEADER, definition, row, time

GOOD = row("1559040909")
NAMES = HEADER.strip().split(";")


def laid_out(text, **options):
    content = text.encode() if isinstance(text, str) else text
    return read_format_layout(content, definition(**options), MESSAGE)


def layout_of(text, **options):
    return laid_out(text, **options)[0]


def drift_of(header, **options):
    return laid_out(f"{header}\n{GOOD}", **options)[1]


def refusal(text, **options):
    with pytest.raises(FileError) as raised:
        laid_out(text, **options)
    return raised.value


def places(**options):
    """Options of a format without a header."""
    columns = {name: {"position": place} for place, name in enumerate(COLUMNS, 1)}
    return {"header": [], "columns": columns} | options


@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\ufeff"])
@pytest.mark.parametrize("above", ["", "Bericht für\n\n \nheute\n"])
def test_rows_begin_behind_the_header_and_lines_above_are_kept_to_be_shown(mark, above):
    text = f"{mark}{above}{HEADER}{GOOD}".encode()
    layout = layout_of(text)
    assert text[layout.body_start :] == GOOD.encode()
    assert layout.body_line == above.count("\n") + 2
    assert layout.above == [one for one in above.split("\n") if one.strip()]
    assert layout.header == NAMES


def test_of_a_long_line_above_the_beginning_is_shown():
    assert layout_of("x" * 500 + "\n" + HEADER + GOOD).above == ["x" * 200]


def test_a_header_lies_below_a_hundred_lines_at_most():
    assert layout_of("a\n" * 100 + HEADER + GOOD).body_line == 102
    refused = refusal("a\n" * 101 + HEADER + GOOD)
    assert refused.code == "not_of_format"
    assert "the format's header, When, Site, Link" in str(refused)
    long = ", ".join([*NAMES, "x" * 900])[:500]
    assert f"header, {long}. Choose" in str(refusal("a;b\n", header=[*NAMES, "x" * 900]))


def test_lines_that_are_to_be_skipped_are_no_header():
    text = HEADER + GOOD + HEADER + GOOD
    assert layout_of(text).body_line == 2
    assert layout_of(text, skip_lines=1).body_line == 4
    assert layout_of("\n" + HEADER + GOOD, skip_lines=1).body_line == 3


def test_the_header_is_the_line_with_all_columns_that_are_read():
    header = [*NAMES, "Note", "Firmware"]
    other = ";".join(header).replace("Remote;", "Far;")
    assert layout_of(f"{other}\n{HEADER}{GOOD}", header=header).body_line == 3
    assert layout_of(f"{HEADER}{other}\n{GOOD}", header=header).body_line == 2


def test_else_it_is_the_first_line_with_most_of_the_names():
    far = HEADER.replace("Remote", "Far")
    text = f"When;Site\n{far}{GOOD}{far}{GOOD}"
    assert layout_of(text).body_line == 3
    header = [*NAMES, "Note"]
    assert layout_of("When;Site;Link;Router\n" + GOOD, header=header).body_line == 2
    assert refusal("When;Site;Link;a;b;c;d\n" + GOOD, header=header).code == "not_of_format"
    constants = {name: {"constant": "1"} for name in COLUMNS} | {
        "timestamp": {"column": "When"},
        "location": {"column": "Site"},
    }
    found = laid_out("When;Place\n1;2\n", header=["When", "Site"], columns=constants)
    assert found[1].lost == ["Site"]


def test_a_column_that_is_read_stands_in_the_header_once():
    refused = refusal(HEADER.replace("Router", "Site") + GOOD)
    assert refused.code == "doubled_columns"
    assert "the column Site more than once" in str(refused)
    assert layout_of(HEADER.strip() + ";Note;Note\n" + GOOD).extra == ["Note", "Note"]


def test_columns_that_nothing_reads_are_extra_or_kept():
    header = HEADER.strip() + ";Note\n"
    layout = layout_of(header + GOOD)
    assert (layout.extra, layout.kept) == (["Note"], [])
    assert layout.columns == {name: place for place, name in enumerate(COLUMNS)}
    constant = {"columns": {"location": {"constant": "roof"}}}
    assert layout_of(header + GOOD, **constant).extra == ["Site", "Note"]
    layout = layout_of(header + GOOD, extra_columns="keep")
    assert (layout.extra, layout.kept) == ([], ["Note"])


def test_without_a_header_rows_begin_behind_the_lines_to_skip():
    text = "a device\n" + GOOD + GOOD
    layout = layout_of(text, **places(skip_lines=1))
    assert text.encode()[layout.body_start :] == (GOOD + GOOD).encode()
    assert (layout.body_line, layout.delimiter) == (2, ";")
    assert layout.header == [f"column {place}" for place in range(1, 8)]
    # A first line that has too few columns is passed over.
    assert layout_of(text, **places()).body_line == 2
    assert refusal("a;b\n1;2\n", **places()).code == "not_of_format"
    assert refusal("\n\n").code == "empty_file"
    # A further one that has more is a row.
    assert layout_of(GOOD + GOOD.strip() + ";more\n", **places()).body_line == 1


def test_without_a_header_the_delimiter_is_the_one_that_parts_most_or_the_one_that_was_said():
    text = "a,b,c,d,e,f,g,h;1;2;3;4;5;6;7;8;9\n"
    assert layout_of(text, **places()).delimiter == ";"
    assert layout_of(text, **places(delimiter=",")).delimiter == ","
    assert layout_of(text, **places(delimiter="|")).delimiter == ","
    assert layout_of("a,b,c,d,e,f,g;1;2;3;4;5;6\n", **places()).delimiter == ","


@pytest.mark.parametrize(
    ("last", "body_line"), [("line,reason", 2), ("line,other", 1), ("reason,line", 2)]
)
def test_a_file_of_rejects_has_a_header_where_the_format_has_none(last, body_line):
    names = ",".join(f"column {place}" for place in range(1, 8))
    text = f"{names},{last}\n1,2,3,4,5,6,7,8,9\n"
    assert layout_of(text, **places()).body_line == body_line
    other = text.replace("column 1,", "x,").replace("column 2", "column 1")
    assert layout_of(other, **places()).body_line == 1


@pytest.mark.parametrize(
    ("header", "lost", "gained", "is_moved", "unread"),
    [
        (HEADER.strip(), [], [], False, []),
        ("WHEN;site;Link;Router;Local;Device;Remote;Note", [], ["Note"], False, []),
        ("When;Site;Link;Router;Local;Device;Far", ["Remote"], ["Far"], False, ["Remote"]),
        ("Site;When;Link;Router;Local;Device;Remote", [], [], True, []),
        ("When;Site;Link;Router;Local;Device;Remote;line;reason", [], [], False, []),
        ("When;Site;Link;Router;Local;Device;Remote;line", [], ["line"], False, []),
    ],
)
def test_a_header_has_lost_gained_and_moved_columns(header, lost, gained, is_moved, unread):
    assert drift_of(header) == Drift(lost, gained, is_moved, unread)


def test_a_column_that_is_lost_and_not_read_does_not_hinder():
    layout, drift = laid_out(HEADER + GOOD, header=["Note", *NAMES])
    assert (drift.lost, drift.unread) == (["Note"], [])
    assert layout.columns["timestamp"] == 0
    assert laid_out(GOOD, **places())[1] == Drift()


@pytest.mark.parametrize(
    ("drift", "policy", "waits"),
    [
        (Drift(), "hold", False),
        (Drift(gained=["a"]), "ignore", False),
        (Drift(gained=["a"]), "hold", True),
        (Drift(lost=["a"]), "ignore", True),
        (Drift(is_moved=True), "ignore", True),
        (Drift(units=[Stated(MESSAGE.by_name["local_avg"], "s", "ms")]), "ignore", True),
    ],
)
def test_a_file_waits_where_its_header_may_mean_something_else(drift, policy, waits):
    assert drift.must_wait(definition(extra_columns=policy)) == waits


def test_a_drift_is_told_in_a_sentence():
    names = [f"n{number}" for number in range(12)]
    shown = ", ".join(names[:10])
    assert Drift(gained=names).sentence == f"The header has gained {shown}."
    both = Drift(["a"], ["b", "c"], is_moved=True)
    told = "The header has lost a, gained b, c, its columns in another order."
    assert both.sentence == told


def test_a_row_of_units_is_passed_over_and_shown_and_a_row_with_a_time_is_none():
    text = f"{HEADER}s;;;;ms;;ms\n{GOOD}".encode()
    layout = layout_of(text, units_row=True)
    assert text[layout.body_start :] == GOOD.encode()
    assert (layout.body_line, layout.above) == (3, ["s;;;;ms;;ms"])
    assert layout_of(text).body_line == 2
    assert layout_of(HEADER + GOOD, units_row=True).body_line == 2
    assert layout_of(HEADER, units_row=True).body_line == 2
    assert layout_of(f"{HEADER}s;text;text;text;ms;text;ms\n{GOOD}", units_row=True).body_line == 3
    assert layout_of(f'{HEADER}"a\nb"\n{GOOD}', units_row=True).body_line == 4
    moved = {"columns": time("epoch_ms")}
    assert layout_of(f"{HEADER}1559040909000;x\n{GOOD}", units_row=True, **moved).body_line == 2


def test_a_row_of_units_has_no_time_wherever_that_is():
    fields = [{"name": "device", "type": "text"}, {"name": "at", "type": "timestamp"}]
    schema = schema_from_json({"fields": fields, "time_field": "at"})
    columns = {"device": {"column": "device"}, "at": {"column": "at"}}
    options = {"header": ["device", "at"], "columns": columns, "units_row": True}
    text = b"device,at\nname,s\nx,1559040909\n"
    layout, _ = read_format_layout(text, definition_from_json(options), schema)
    assert layout.body_line == 3


def test_a_row_of_other_units_is_told_but_not_in_files_of_rejects():
    units = "s;;;;s;;ms"
    drift = laid_out(f"{HEADER}{units}\n{GOOD}")[1]
    assert drift.sentence == "The file says that Local average is in s, not ms."
    (stated,) = drift.units
    assert (stated.field.name, stated.unit, stated.expected) == ("local_avg", "s", "ms")
    known = {"columns": {"local_avg": {"column": "Local", "unit": "s", "factor": 1000}}}
    assert laid_out(f"{HEADER}{units}\n{GOOD}", **known)[1].units == []
    rejects = f"{HEADER.strip()};line;reason\n{units};2;why\n{GOOD}"
    layout, drift = laid_out(rejects, units_row=True)
    assert (layout.body_line, drift.units) == (2, [])
