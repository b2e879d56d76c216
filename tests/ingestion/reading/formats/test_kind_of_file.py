"""Which kind a file is of, by what its first lines have."""

import pytest

from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import declared_kind, laid_out, pinned_kind
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.kinds.registry import as_text
from messages_app.models import Kind, KindVersion
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import names_fingerprint, schema_from_json
from tests.ingestion.helpers import HEADER, line

FIELDS = [{"name": "at", "type": "timestamp"}, {"name": "sensor", "type": "text"}]
SENSORS = RecordKind(
    "sensors", "Sensors", 1, schema_from_json({"fields": FIELDS, "time_field": "at"})
)
OTHERS = RecordKind("others", "Others", 1, SENSORS.schema)
NOTE = {"name": "note", "type": "text"}
MESSAGE_FIELDS = [
    {"name": one.name, "type": one.type.name, "unit": one.unit} for one in MESSAGE.fields
]
NOTED = RecordKind(
    "noted",
    "Noted",
    1,
    schema_from_json({"fields": [*MESSAGE_FIELDS, NOTE], "time_field": "timestamp"}),
)


def kind_of(text, *kinds, said=None):
    """Of these kinds, besides the built-in one."""

    def with_fingerprint(wanted):
        prints = {*wanted}
        return [kind for kind in kinds if names_fingerprint(kind.schema.names) in prints]

    return laid_out(text.encode(), said, with_fingerprint)


def refusal(text, *kinds, said=None):
    with pytest.raises(FileError) as raised:
        kind_of(text, *kinds, said=said)
    return raised.value


@pytest.mark.parametrize(
    "text",
    [
        "at,sensor\n1,a\n",
        "Sensor;AT\na;1\n",
        "at,sensor,line,reason\n1,a,7,why\n",
        "date,time,at,sensor,import,line\n2019-05-28,10:00:00,1,a,x,2\n",
        "date,time,at,sensor,extra_columns,import,line\n2019-05-28,10:00:00,1,a,,x,2\n",
        "x\n" * 19 + "at|sensor\n1|a\n",
    ],
)
def test_a_kind_is_told_by_its_names_in_one_of_twenty_lines(text):
    kind, layout = kind_of(text, SENSORS)
    assert kind is SENSORS
    assert {*layout.columns} == {"at", "sensor"}


@pytest.mark.parametrize(
    "text",
    [
        "at,sensor,place\n1,a,b\n",
        "at,sensor,sensor\n1,a,b\n",
        "at\n1\n",
        "x\n" * 20 + "at|sensor\n1|a\n",
    ],
)
def test_a_header_with_other_names_is_of_no_kind(text):
    assert refusal(text, SENSORS).code in ("no_header", "missing_columns")


def test_of_two_kinds_with_the_same_names_one_has_to_be_said():
    refused = refusal("at,sensor\n1,a\n", SENSORS, OTHERS)
    assert refused.code == "several_kinds"
    assert "several kinds, sensors and others among them" in refused.detail
    assert kind_of("at,sensor\n1,a\n", SENSORS, OTHERS, said=OTHERS)[0] is OTHERS


def test_what_is_said_is_not_doubted():
    assert refusal(HEADER + line(1), said=SENSORS).code in ("no_header", "missing_columns")


def test_files_of_messages_are_of_the_built_in_kind():
    noted = HEADER.strip() + ",note\n" + line(1).strip() + ",x\n"
    kind, layout = kind_of(noted)
    assert (kind, layout.extra) == (BUILTIN, ["note"])
    assert kind_of(noted, NOTED)[0] is NOTED
    assert kind_of(HEADER + line(1), NOTED)[0] is BUILTIN
    assert kind_of(HEADER.replace("\n", ",line,reason\n"), NOTED)[0] is BUILTIN


@pytest.mark.parametrize("last", ["note,line,reason", "note,import,line"])
def test_what_was_exported_or_rejected_of_a_kind_stays_of_it(last):
    text = HEADER.replace("\n", f",{last}\n")
    assert kind_of(text, NOTED)[0] is NOTED
    assert kind_of(text)[0] is BUILTIN


def test_where_there_can_be_no_doubt_no_kind_is_looked_for():
    def with_fingerprint(wanted):
        raise AssertionError(wanted)

    assert laid_out((HEADER + line(1)).encode(), None, with_fingerprint)[0] is BUILTIN
    with pytest.raises(FileError) as raised:
        laid_out(b"\n\n", None, with_fingerprint)
    assert raised.value.code == "empty_file"


@pytest.mark.django_db
def test_a_kind_is_found_as_it_is_or_was_if_it_is_there():
    for find in (declared_kind, lambda name: pinned_kind(name, 2)):
        with pytest.raises(FileError) as raised:
            find("x" * 70)
        assert raised.value.code == "unknown_kind"
        assert f"no kind “{'x' * 60}”." in raised.value.detail
    kind = Kind.objects.create(name="sensors", label="Sensors", version=2)
    for number in (1, 2):
        text = as_text({"fields": FIELDS, "time_field": "at"})
        KindVersion.objects.create(kind=kind, number=number, definition=text)
    assert declared_kind("sensors").version == pinned_kind("sensors", 0).version == 2
    assert pinned_kind("sensors", 1).version == 1
    assert declared_kind("messages") is pinned_kind("messages", 7) is BUILTIN
