"""Of which devices the rows of a chunk are, and what is noted of them."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from ingestion.models import Import
from ingestion.reading.header import Layout
from ingestion.reading.row_parser import ParsedRow, RowReader
from ingestion.running.writing import devices
from ingestion.running.writing.devices import DevicesOfRows
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.validation import Fault
from silence import files
from silence.models import FileDue, Heard
from tests.ingestion.formats.making import make
from tests.ingestion.helpers import FIRST_SECOND
from tests.ingestion.reading.formats.reading import definition
from tests.messages_app.records import record

# Told apart by two fields, of which one may have no value.
SCHEMA = replace(
    MESSAGE,
    identity=("location", "remote_dest"),
    fields=tuple(
        replace(one, required=one.name not in ("source", "remote_dest")) for one in MESSAGE.fields
    ),
)
LAYOUT = Layout(",", ["location", "remote_dest"], {"location": 0, "remote_dest": 1}, 0, 2)
WRONG = Fault("local_avg", "x", "not_a_number", "must be a number")
OTHER = Fault("remote_avg", "y", "not_a_number", "must be another")


def import_(layout=LAYOUT, format_=None, **options):
    version = SimpleNamespace(definition=format_) if format_ else None
    usual = {"dry_run": False, "kind": "messages", "layout": layout.as_json()}
    return SimpleNamespace(**{**usual, "format_version": version, **options})


def rejected_by(rows, layout=LAYOUT, reader=None, schema=SCHEMA, **options):
    """What is told of the devices of rejected rows, each given by its cells."""
    found = DevicesOfRows()
    one = import_(layout, **options)
    found.find_rejected(one, schema, reader or RowReader(schema, layout, "an-import"))
    for cells in rows:
        found.reject(ParsedRow(2, cells, None, [WRONG, OTHER]))
    return dict(found.taken()[1])


def test_a_rejected_row_tells_what_is_wrong_first_with_its_device():
    assert rejected_by([["roof", "a"], ["roof", "b"], ["roof", "a"]]) == {
        "roof#a": "local_avg must be a number",
        "roof#b": "local_avg must be a number",
    }


@pytest.mark.parametrize("cells", [["roof", ""], ["", "a"], ["roof"], []])
def test_a_row_that_does_not_tell_its_device_is_nobodys(cells):
    assert rejected_by([cells]) == {}


def test_a_fault_of_the_whole_row_is_told_without_a_column():
    found = DevicesOfRows()
    found.find_rejected(import_(), SCHEMA, RowReader(SCHEMA, LAYOUT, "an-import"))
    found.reject(ParsedRow(2, ["roof", "a"], None, [Fault("", "", "expired", "is too old")]))
    found.reject(ParsedRow(3, ["roof", "b"], None, []))
    assert found.taken() == ({}, {"roof#a": "is too old"})
    assert found.taken() == ({}, {})


def test_nothing_is_told_where_no_device_is_followed_or_nothing_is_stored():
    assert rejected_by([["roof", "a"]], schema=MESSAGE) == {}
    assert rejected_by([["roof", "a"]], dry_run=True) == {}
    found = DevicesOfRows()
    found.reject(ParsedRow(2, ["roof", "a"], None, [WRONG]))
    assert found.taken() == ({}, {})


def test_of_a_chunk_five_hundred_devices_are_told_of():
    assert len(rejected_by([["roof", str(number)] for number in range(510)])) == 500


class Reader:
    """Of a file whose columns the format names: the device is written in two of them."""

    def places_of(self, column):
        assert column == "location"
        return (2, 0)


def test_of_a_format_cells_are_joined_and_a_constant_stands_for_a_missing_one():
    format_ = definition(columns={"remote_dest": {"constant": "plant-a"}})
    layout = replace(LAYOUT, columns={"remote_dest": 1})
    rows = [["east", "", "roof"], ["west", "b", "roof"]]
    assert rejected_by(rows, layout, Reader(), format_=format_) == {
        "roof east#plant-a": "local_avg must be a number",
        "roof west#b": "local_avg must be a number",
    }


@pytest.mark.parametrize("dry_run", [False, True])
def test_good_rows_are_heard_of_unless_they_are_only_compared(dry_run):
    found = DevicesOfRows.for_import(import_(dry_run=dry_run), SCHEMA)
    assert found.are_followed is not dry_run
    found.add([record(FIRST_SECOND), None, record(FIRST_SECOND + 7)])
    newest = {} if dry_run else {"location-03#device-1": FIRST_SECOND + 7}
    assert found.taken() == (newest, {})


LONG_AGO = timezone.now() - timedelta(hours=5)


def made(**options):
    return Import.objects.create(bucket="a-bucket", key="file.csv", **options)


@pytest.mark.django_db
def test_it_is_noted_when_the_file_came_and_which_it_was():
    first = made(identity="one", modified_at=LONG_AGO)
    devices.tell(first, {"a": 5}, {"b": "is wrong"})
    devices.tell(made(identity="two", parent=first), {"a": 6}, {})
    devices.tell(first, {}, {})
    one, mended = Heard.objects.order_by("pk")
    assert (one.source, one.arrived_at, one.newest, one.rejected) == (
        str(first.pk),
        LONG_AGO,
        {"a": 5},
        {"b": "is wrong"},
    )
    assert (mended.source, mended.newest) == (str(first.pk), {"a": 6})
    assert mended.arrived_at > LONG_AGO


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "is_told"),
    [
        ({}, True),
        ({"dry_run": True}, False),
        ({"dry_run": True, "hold_above": 0}, True),
        ({"hold_above": 0}, True),
    ],
)
def test_a_file_that_came_is_told_of_unless_it_was_a_try_out(options, is_told):
    format_ = make("plant")
    files.expect(format_.pk, 60)
    version = format_.versions.get()
    devices.tell_file(made(format_version=version, modified_at=LONG_AGO, **options))
    devices.tell_file(made(identity="of no format", **options))
    assert FileDue.objects.get().last_at == (LONG_AGO if is_told else None)
