"""What is said of the beginning of a file: the format that it is of, or one that is made for it."""

from typing import Any

import pytest

from ingestion.formats import suggesting
from ingestion.formats.recognition import Waits, recognise
from ingestion.formats.suggesting import FileAnswers, suggest_for, suggest_of, trial_of
from ingestion.reading.encodings import UTF_8
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.header import HEADER_BYTES
from ingestion.reading.sample import Sample
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from tests.ingestion.formats.making import FILE, HEADER, OWN_NAMES, make, own_names, row, time
from tests.ingestion.helpers import line
from tests.ingestion.reading.formats.reading import definition
from tests.ingestion.reading.formats.suggest.test_certain import OTHER_NAMES
from tests.messages_app.kinds.climate import CLIMATE, FIELDS, RECORD, written_down

pytestmark = pytest.mark.django_db

LOCAL = {"timestamp": {"column": "timestamp", "timestamp": {"form": "iso", "zone": "UTC"}}}
NO_ZONE = OWN_NAMES + line(0).replace("1559040000", "2019-05-28 10:40:00")
UNITS = "s,,,,s,,ms\n"


def of_file(content: bytes, *, is_whole: bool = True) -> Any:
    return suggest_for("a.csv", content, BUILTIN, is_whole=is_whole)


def waits(text: str, version: Any = None) -> Waits:
    with pytest.raises(Waits) as raised:
        recognise(text.encode(), None, version, is_whole=True)
    return raised.value


def recognised(text: str) -> Any:
    return recognise(text.encode(), None, None, is_whole=True)


def suggested(text: str, **said: Any) -> Any:
    return suggest_of(Sample(text.encode(), UTF_8, True), MESSAGE, FileAnswers(**said))


def test_a_header_of_a_format_is_found_below_other_lines_but_not_that_of_a_retired_one():
    made = make()
    assert recognised(f"Report;x\n{FILE}").version == made.current
    assert recognised(OWN_NAMES + line(1)).version is None
    other = make("Other", header=[*HEADER.strip().split(";"), "Note"])
    both = f"{HEADER.strip()};Note\n{HEADER}{row('1559040909')}"
    assert recognised(both).version == other.current
    made.is_retired = True
    made.save()
    found = waits(FILE)
    assert (found.code, found.header) == ("unknown_columns", HEADER.strip().split(";"))
    assert str(found).endswith(" of them is known. Say once which column is which.")


def test_what_is_unsaid_is_waited_for_where_the_format_of_that_header_does_not_read_it():
    assert waits(NO_ZONE).code == "no_offset"
    made = make(**own_names(**LOCAL))
    assert recognised(NO_ZONE).version == made.current
    numbers = OWN_NAMES + line(0).replace("1559040000", "1559040000385")
    found = waits(numbers)
    assert (found.code, found.format) == ("not_seconds", None)


def test_times_without_a_zone_are_waited_for_whatever_the_case_of_the_names():
    header = OWN_NAMES.replace("_", " ").title()
    found = waits(NO_ZONE.replace(OWN_NAMES, header))
    assert (found.code, found.header) == ("no_offset", header.strip().split(","))


def test_what_can_be_no_file_of_records_is_not_waited_for():
    for text, code in (("<p>a,b</p>\n", "not_csv"), ("prose\n", "no_header")):
        with pytest.raises(FileError) as raised:
            recognised(text)
        assert raised.value.code == code


def test_a_format_that_is_read_further_down_does_not_hinder():
    make(**own_names(**LOCAL), skip_lines=1)
    found = waits(NO_ZONE)
    assert (found.code, found.format) == ("no_offset", None)


def test_other_units_are_told_without_a_format_that_does_not_know_them():
    make(**own_names())
    found = waits(OWN_NAMES + UNITS + line(1))
    assert (found.code, found.format, found.header) == ("other_unit", None, [*MESSAGE.names])
    assert recognised(OWN_NAMES + line(1)).version is None
    version = make("Other").current
    found = waits(FILE.replace("\n", "\n;;;;s;;\n", 1), version)
    assert (found.code, found.format) == ("other_unit", version.format)
    assert str(found).endswith(" Its format is Other.")


def test_a_file_that_is_not_of_the_format_that_was_said_tells_its_header():
    version = make().current
    found = waits("a;b;c\n1;2;3\n", version)
    assert (found.code, found.header, found.format) == (
        "not_of_format",
        ["a", "b", "c"],
        version.format,
    )
    assert waits("prose\n", version).header == []
    with pytest.raises(FileError) as raised:
        recognise(b"", None, version, is_whole=True)
    assert raised.value.code == "empty_file"


def test_a_changed_header_is_told_with_its_format():
    version = make().current
    found = waits(FILE.replace("Remote", "Far"), version)
    assert (found.code, found.format) == ("header_changed", version.format)
    assert found.drift.unread == ["Remote"]
    assert str(found) == (
        "The header has lost Remote, gained Far. It is compared with the format Plant A."
    )


def test_a_file_that_is_known_shows_its_first_rows():
    text = OWN_NAMES + "".join(map(line, range(30)))
    found = of_file(text.encode())
    assert (found.is_known, found.certain, found.version, len(found.rows)) == (True, True, None, 20)
    assert found.options is None
    assert found.new_kind["time_field"]
    made = make(columns=time("iso"))
    found = of_file(FILE.encode())
    assert (found.version, len(found.rows)) == (made.current, 2)


def test_of_a_beginning_the_last_row_is_not_looked_at():
    bad = f"{OWN_NAMES}{line(1).strip()}".replace("1559040001", "2019-05-28 10:40:00")
    for is_whole in (True, False):
        found = of_file(bad.encode(), is_whole=is_whole)
        assert found.is_known == (not is_whole)
    for more in (0, 1):  # of a longer one only so much is looked at
        blank = "\n" * (HEADER_BYTES - len(bad) + more)
        found = of_file(bad.replace("\n", f"\n{blank}").encode())
        assert found.is_known == bool(more)


def test_a_file_is_of_the_kind_that_was_said_or_else_of_the_one_with_its_names():
    header = ",".join(field["name"] for field in FIELDS)
    text = f"{header}\n{RECORD['at']},device-7,21.5,40,\n".encode()
    written_down()
    assert of_file(text).rows[0].record.values["sensor"] == "device-7"
    other = written_down("other")
    assert suggest_for("a.csv", text, other, is_whole=True).is_known
    with pytest.raises(FileError) as raised:
        of_file(text)
    assert raised.value.code == "several_kinds"


def test_a_format_is_made_for_a_file_that_none_fits():
    found = of_file(OTHER_NAMES.encode())
    assert (found.is_known, found.certain, found.version) == (False, False, None)
    assert found.options["encoding"] == ""
    assert len(found.rows) == 2
    wide = of_file(OTHER_NAMES.encode("utf-16"))
    assert wide.options["encoding"] == wide.answered_options["encoding"] == "utf-16"
    with pytest.raises(FileError) as raised:
        suggested("prose\n")
    assert raised.value.code == "no_table"


def test_what_is_certain_has_no_questions_and_lacks_nothing():
    text = "When,location,source,local_dest,local_avg,remote_dest,remote_avg\n" + line(1)
    certain = suggested(OWN_NAMES + line(1))
    assert certain.certain
    assert not suggested(text).certain
    lacking = suggested(OTHER_NAMES, columns=dict.fromkeys(range(7), ""))
    assert lacking.faults
    assert (lacking.rows, lacking.trial, lacking.certain) == ([], None, False)


def test_a_text_for_every_row_is_said_of_fields_that_no_column_has():
    found = suggested(OTHER_NAMES, columns={1: ""}, constants={"location": "roof", "source": "x"})
    assert found.answered_options["columns"]["location"] == {"constant": "roof"}
    assert found.answered_options["columns"]["source"] == {"column": "Connection"}
    assert found.rows[0].record.values["location"] == "roof"


def test_a_column_that_the_header_has_twice_is_told():
    doubled = OTHER_NAMES.replace("Router", "Site")
    found = suggested(doubled)
    assert found.trial is None
    assert "more than once" in " ".join(found.faults.values())


def test_what_can_be_no_file_of_records_is_told_of_a_suggestion_too():
    found = suggested(f"<p>{OTHER_NAMES}")
    assert found.trial is None
    assert "HTML" in found.faults[""]


def test_a_format_is_tried_that_need_not_be_kept():
    options = definition().as_json()
    trial = trial_of("a.csv", FILE.encode(), options, MESSAGE, is_whole=False)
    assert len(trial.rows) == 2
    assert len(trial_of("a.csv", FILE.encode()[:-1], options, MESSAGE, is_whole=False).rows) == 1
    with pytest.raises(BadFormat):
        trial_of("a.csv", FILE.encode(), options, schema_from_json(CLIMATE), is_whole=True)
    assert suggesting.MAX_TEXT == 512 * 1024
