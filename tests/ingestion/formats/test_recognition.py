"""Which format a file is of, and that nothing is guessed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion.formats import versions
from ingestion.formats.models import Format
from ingestion.models import State
from ingestion.reading.formats.bad_format import BadFormat
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.formats.making import FILE, HEADER, OWN_NAMES, make, own_names, row, time
from tests.ingestion.helpers import Tasks, counts, line, lines, records, run, start
from tests.ingestion.reading.formats.reading import definition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

LOCAL = {"timestamp": {"column": "timestamp", "timestamp": {"form": "iso", "zone": "UTC"}}}
WITHOUT_ZONE = OWN_NAMES + line(0).replace("1559040000", "2019-05-28 10:40:00")


def test_a_files_header_tells_its_format():
    made = make()
    import_ = run(FILE)
    assert (import_.state, counts(import_)) == (State.DONE, {"read": 2, "written": 2})
    assert import_.format_version == made.current
    assert records()[0].values["location"] == "roof"


def test_a_key_pattern_comes_before_a_header():
    make()
    times = time("epoch_ms")
    by_key = make("By key", key_pattern="plant-b/*.csv", columns=times)
    import_ = run(HEADER + row("1559040909385"), "plant-b/x.csv")
    assert import_.format_version.format == by_key
    assert counts(import_) == {"read": 1, "written": 1}


def test_what_was_said_comes_first():
    make("By key", key_pattern="*.csv", columns=time("epoch_ms"))
    said = make("Answers")
    import_ = run(FILE, format="Answers")
    assert import_.format_version.format == said
    assert run(FILE + row("2019-05-29T00:00:00Z"), "y.csv", format=str(said.pk)).state == State.DONE


def test_a_format_that_there_is_not_is_waited_for():
    import_ = run(FILE, format="Nobody")
    assert (import_.state, import_.waiting_for["code"]) == (State.WAITING, "unknown_format")


@pytest.mark.parametrize(
    "header",
    [
        "Timestamp,Location,Source,Local Dest,Local Avg,Remote Dest,Remote Avg\n",
        "TIMESTAMP (s),location,source,local-dest,Local average (ms),remote_dest,remote avg [ms]\n",
    ],
)
def test_names_that_differ_in_case_spaces_and_their_own_unit_are_the_fields(header):
    import_ = run(header + line(1))
    assert (import_.state, counts(import_)) == (State.DONE, {"read": 1, "written": 1})
    assert import_.format_version is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WITHOUT_ZONE, "no_offset"),
        (WITHOUT_ZONE.rstrip(), "no_offset"),
        (OWN_NAMES + line(0).replace("1559040000", "1559040000385"), "not_seconds"),
        ((OWN_NAMES + line(0, avg="4.39")).replace(",", ";").replace(".", ","), "decimal_comma"),
        ("date,time,place\n2019-05-28,10:55,roof\n", "unknown_columns"),
        ("Timestamp (ms)" + OWN_NAMES.removeprefix("timestamp") + line(1), "unknown_columns"),
    ],
)
def test_what_can_change_a_meaning_is_waited_for(text, code):
    import_ = run(text)
    assert (import_.state, import_.waiting_for["code"]) == (State.WAITING, code)
    assert import_.waiting_for["detail"]
    assert records() == []


def test_a_file_of_which_a_row_can_be_read_does_not_wait():
    import_ = run(WITHOUT_ZONE + line(5))
    assert counts(import_) == {"read": 2, "written": 1, "rejected": 1}


def test_a_format_with_the_kinds_own_names_reads_what_the_kind_does_not():
    made = make(**own_names(**LOCAL))
    assert run(OWN_NAMES + lines(3), "plain.csv").format_version is None
    local = run(WITHOUT_ZONE, "local.csv")
    assert local.format_version == made.current
    assert counts(local) == {"read": 1, "unchanged": 1}


def test_an_import_stays_with_the_version_that_it_began_with():
    made = make()
    tasks = Tasks()
    import_ = start(FILE, tasks)
    tasks.run_one()
    versions.change(made, "Plant A", definition(columns=time("epoch_ms")), MESSAGE, None)
    tasks.run()
    assert counts(import_) == {"read": 2, "written": 2}
    assert (import_.format_version.number, Format.objects.get().version) == (1, 2)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"name": "Other"}, "header"),
        ({"key_pattern": "plant-b/x*.csv"}, "key_pattern"),
        ({"key_pattern": "x-*.csv"}, "key_pattern"),
        ({"name": "Plant A", "key_pattern": "z/*.csv"}, "name"),
    ],
)
def test_two_formats_that_claim_the_same_are_refused(options, path):
    make()
    make("By key", key_pattern="plant-b/*.csv")
    name = options.pop("name", "Third")
    with pytest.raises(BadFormat) as raised:
        make(name, **options)
    assert path in raised.value.faults


def test_a_deleted_format_recognises_nothing_and_frees_what_it_claimed():
    versions.retire(make())
    assert run(FILE).state == State.WAITING
    make()
    assert run(FILE + row("2019-05-29T00:00:00Z"), "y.csv").state == State.DONE


def test_the_hour_that_clocks_repeat_is_counted_on_the_import():
    make(columns=time("iso", zone="Europe/Zurich"))
    text = HEADER + row("2019-10-27 02:30:00") + row("2019-10-27 12:30:00")
    import_ = run(text)
    assert (counts(import_), import_.repeated_times) == ({"read": 2, "written": 2}, 1)


def test_a_thousand_formats_cost_no_more_queries():
    def queries(key):
        with CaptureQueriesContext(connection) as context:
            run(HEADER + row(key), f"{key}.csv")
        return len(context)

    make()
    queries("2019-05-28T00:00:00Z")
    few = queries("2019-05-29T00:00:00Z")
    Format.objects.bulk_create(
        Format(name=f"f{n}", kind="messages", key_pattern=f"{n}/*.csv") for n in range(1000)
    )
    assert queries("2019-05-30T00:00:00Z") == few
