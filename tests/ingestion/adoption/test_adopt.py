"""The ancestor's table, taken over where it is or copied: same keys, and all that Sluice does with
its own records."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from common.aws.clients import dynamodb_client, s3_client
from messages_app.kinds.record_kind import BUILTIN
from messages_app.legacy.table import adoption
from messages_app.models import Day
from tests.ingestion import helpers
from tests.ingestion.adoption import ancestor
from tests.ingestion.helpers import HEADER, counts
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

OLD = "DemoTable"
DATE = "2019-05-28"
RIGHTS = [f"messages_app.{action}_message" for action in ("view", "add", "change", "delete")]


def fill(table):
    """What people did with the ancestor: a file, a message made, one changed through its API."""
    client = dynamodb_client()
    ancestor.import_file(client, table, (helpers.SAMPLES / "data.csv").read_text())
    ancestor.post(client, table, ancestor.posted_item())
    ancestor.put(client, table, ancestor.event("putMessage"))


@pytest.fixture
def table(aws):
    fill(settings.MESSAGES_TABLE)


def adopt(*arguments):
    output = StringIO()
    call_command("adopt", *arguments, stdout=output)
    return output.getvalue().splitlines()


def stored(table=None):
    pages = (
        dynamodb_client().get_paginator("scan").paginate(TableName=table or settings.MESSAGES_TABLE)
    )
    items = [item for page in pages for item in page["Items"]]
    return {(item["date"]["S"], item["time"]["S"]): item for item in items}


def days():
    return dict(Day.objects.values_list("date", "count"))


def test_the_items_keep_their_keys_and_become_whole_records(table):
    before = stored()

    told = adopt()

    assert told == [f"{len(before)} items completed"]
    after = stored()
    assert after.keys() == before.keys()
    for key, item in before.items():
        added = {name: one for name, one in after[key].items() if item.get(name) != one}
        assert added.keys() == {"timestamp"} | _strings_for_numbers(item)
    assert BUILTIN.repository.get(DATE, "10:55:09").values["timestamp"] == 1559040909
    assert after["2000-01-01", "06:45:43"]["remote_avg"] in ({"N": "9"}, {"N": "9.00"})


def _strings_for_numbers(item):
    """What a change through the ancestor's API made of a number."""
    return {name for name in ("local_avg", "remote_avg") if "S" in item[name]}


def test_the_days_are_counted(table):
    adopt()

    assert days() == {"2000-01-01": 1, DATE: len(stored()) - 1}


def test_a_table_whose_days_are_spread_since_is_left_alone(table):
    adopt()
    before = days()
    call_command("spread", "messages", "3", "--grace=0", verbosity=0)

    assert adopt() == [f"{len(stored())} items complete already"]

    assert days() == before


def test_a_second_run_changes_nothing(table):
    adopt()
    before = stored(), days()

    assert adopt() == [f"{len(before[0])} items complete already"]

    assert (stored(), days()) == before


def test_a_run_that_was_stopped_goes_on_with_what_is_left(table):
    next(adoption.adopt())  # after a page, and no further
    ancestor.post(dynamodb_client(), settings.MESSAGES_TABLE, ancestor.posted_item())
    count = len(stored())

    assert adopt() == ["1 item completed", f"{count - 1} items complete already"][::-1]


def test_records_are_read_changed_deleted_and_exported_by_the_api(table):
    adopt()
    client = api_client(*RIGHTS)

    page = client.get("/api/messages/", {"date": DATE, "page_size": 1000}).json()
    assert len(page["results"]) == len(stored()) - 1
    assert {one["origin"] for one in page["results"]} == {None}
    address = "/api/messages/2000-01-01/06:45:43/"
    assert client.get(address).json()["remote_avg"] == 9.0
    changed = client.patch(address, {"remote_avg": 7.5}, format="json")
    assert (changed.status_code, changed.json()["remote_avg"]) == (200, 7.5)
    export = client.get("/api/messages/export/", {"date": DATE}).getvalue()
    assert len(export.decode().splitlines()) == len(stored())
    assert client.delete(address).status_code == 204
    assert days()["2000-01-01"] == 0


def test_records_are_on_the_pages_and_in_the_admin(table, client):
    adopt()
    client.force_login(User.objects.create_superuser("staff"))

    for address in (
        f"/records/messages/?date={DATE}",
        f"/records/messages/{DATE}/10:55:09/",
        f"/admin/messages_app/message/?date={DATE}",
    ):
        response = client.get(address, follow=True)
        assert response.status_code == 200, address
        assert "10:55:09" in response.content.decode(), address


def test_a_file_finds_its_equals_and_its_conflicts(table):
    adopt()
    equal, other = sorted(key for key in stored() if key[0] == DATE)[:2]
    rows = [_row(equal), _row(other, local_avg="77")]

    first = helpers.run(HEADER + "".join(rows))

    assert counts(first) == {"read": 2, "unchanged": 1, "kept": 1}
    assert counts(helpers.run(HEADER + "".join(rows), "again.csv")) == {"read": 2, "unchanged": 2}


def _row(key, **cells):
    values = BUILTIN.repository.get(*key).values
    return ",".join(str(cells.get(name, value)) for name, value in values.items()) + "\n"


@pytest.fixture
def broken(table):
    """A message without averages, which the ancestor's API took, and one with a time of its own."""
    item = ancestor.posted_item()
    short = {name: item[name] for name in ("date", "time", "location")} | {"time": "07:00:00"}
    ancestor.post(dynamodb_client(), settings.MESSAGES_TABLE, short)
    ancestor.post(dynamodb_client(), settings.MESSAGES_TABLE, item | {"time": "7 o'clock"})
    return len(stored())


def test_what_cannot_be_a_record_is_named_and_stays(broken):
    output = StringIO()

    with pytest.raises(CommandError, match="correct the items, or move them away with --set-aside"):
        call_command("adopt", stdout=output)

    told = output.getvalue()
    assert "2 items cannot be records" in told
    assert "2000-01-01 07:00:00: source " in told
    assert "2000-01-01 7 o'clock: time is not a time" in told
    assert len(stored()) == broken


def test_what_cannot_be_a_record_is_set_aside_in_the_bucket(broken):
    told = adopt("--set-aside")

    assert "2 items set aside" in told
    assert len(stored()) == broken - 2
    assert sum(days().values()) == broken - 2
    kept = s3_client().list_objects_v2(Bucket=settings.DATA_BUCKET, Prefix="_sluice/adopted/")
    bodies = [
        json.load(s3_client().get_object(Bucket=settings.DATA_BUCKET, Key=one["Key"])["Body"])
        for one in kept["Contents"]
    ]
    assert {body["time"]["S"] for body in bodies} == {"07:00:00", "7 o'clock"}
    assert adopt() == [f"{broken - 2} items complete already"]


@pytest.fixture
def old_table(aws):
    ancestor.create_table(dynamodb_client(), OLD)
    fill(OLD)
    return stored(OLD)


def test_another_table_is_copied_with_its_keys_and_stays_as_it_is(old_table):
    assert adopt("--from", OLD) == [f"{len(old_table)} items copied"]

    assert stored(OLD) == old_table
    assert stored().keys() == old_table.keys()
    assert days() == {"2000-01-01": 1, DATE: len(old_table) - 1}
    assert BUILTIN.repository.get("2000-01-01", "06:45:43").values["remote_avg"] == Decimal(9)


def test_a_second_copy_adds_what_is_new_alone(old_table):
    adopt("--from", OLD)
    ancestor.post(dynamodb_client(), OLD, ancestor.posted_item() | {"time": "08:00:00"})

    told = adopt("--from", OLD)

    assert told == ["1 item copied", f"{len(old_table)} items there already"]
    assert days()["2000-01-01"] == 2


def test_a_copy_leaves_different_records_of_a_key_beside_each_other(old_table):
    ancestor.post(
        dynamodb_client(),
        settings.MESSAGES_TABLE,
        ancestor.posted_item() | {"timestamp": 946709143, "local_avg": Decimal(1)},
    )

    told = adopt("--from", OLD)

    assert "1 item copied beside a different record of the same date and time" in told
    assert len(stored()) == len(old_table) + 1


@pytest.mark.parametrize(
    "arguments", [["--from", OLD, "--set-aside"], ["--from", "sluice-messages"]]
)
def test_what_contradicts_itself_is_refused(aws, arguments):
    with pytest.raises(CommandError, match="leave --"):
        adopt(*arguments)
