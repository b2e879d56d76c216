"""GET /api/records/{kind}/summary/"""

import subprocess
import sys
from decimal import Decimal

import pytest

from common.deadline import Deadline
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import build_record
from messages_app.store import day_index
from tests.messages_app.api_client import api_client
from tests.messages_app.kinds import climate
from tests.messages_app.records import MOMENT, record
from tests.support.processes import ROOT

ADDRESS = "/api/records/messages/summary/"


@pytest.fixture(autouse=True)
def cache_folder(settings, tmp_path):
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")


@pytest.fixture
def client(db):
    return api_client("messages_app.view_message")


def store(*averages, **values):
    rows = [
        record(MOMENT + n * 3600, local_avg=Decimal(one), **values)
        for n, one in enumerate(averages)
    ]
    BUILTIN.repository.insert_many(rows, "keep", Deadline(9))


def faults(answer):
    return {one["field"]: one["code"] for one in answer.json()["errors"]}


def test_records_are_summed_up_in_groups(aws, client):
    store(1, 2, 6, location="quay")
    store(10, location="harbour")
    response = client.get(ADDRESS, {"by": "location", "measure": "local_avg"})
    assert response.status_code == 200
    data = response.json()
    assert data["complete"] is True
    assert data["groups"][0] == {
        "name": "quay",
        "count": 3,
        "mean": 3.0,
        "min": 1.0,
        "max": 6.0,
        "p50": 2.0,
        "p95": pytest.approx(5.6),
        "last": "2019-05-28T12:55:09.385333Z",
    }
    assert [one["name"] for one in data["groups"]] == ["quay", "harbour"]


def test_a_bucket_gives_each_group_a_series(aws, client):
    store(1, 2, 6)
    response = client.get(ADDRESS, {"measure": "local_avg", "bucket": "hour"})
    [group] = response.json()["groups"]
    assert group["name"] is None
    assert [(one["start"], one["count"], one["max"]) for one in group["series"]] == [
        ("2019-05-28T10:00:00.000000Z", 1, 1.0),
        ("2019-05-28T11:00:00.000000Z", 1, 2.0),
        ("2019-05-28T12:00:00.000000Z", 1, 6.0),
    ]


def test_without_a_measure_records_are_counted(aws, client):
    store(1, 2)
    [group] = client.get(ADDRESS, {"local_avg_min": "2"}).json()["groups"]
    assert (group["count"], group["mean"], "series" in group) == (1, None, False)


def test_a_large_day_that_changed_is_told(aws, client):
    store(1)
    day_index.add({"2019-05-28": 1_000_000})
    body = client.get(ADDRESS).json()
    assert (body["complete"], body["groups"]) == (False, [])


def test_records_of_a_kind_that_staff_made(aws, client):
    kind = climate.make()
    values = {"at": Decimal(1559037600), "sensor": "a", "temperature": Decimal(20)}
    kind.repository.insert(build_record(kind.schema, values | {"humidity": Decimal(40)}))
    asked = {"by": "sensor", "measure": "battery", "without": "battery"}
    [group] = client.get("/api/records/climate/summary/", asked).json()["groups"]
    assert (group["name"], group["count"], group["mean"]) == ("a", 1, None)


def test_wrong_parameters_are_named(client):
    asked = {"by": "local_avg", "measure": "location", "bucket": "year", "order": "newest"}
    response = client.get(ADDRESS, asked)
    assert response.status_code == 400
    assert set(faults(response)) == {"by", "measure", "bucket", "order"}


def test_an_unknown_kind_is_not_found(client):
    assert client.get("/api/records/nothing/summary/").status_code == 404


def test_who_may_not_see_records_gets_no_summary(db):
    assert api_client().get(ADDRESS).status_code == 403


def test_no_process_loads_duckdb_before_it_is_needed():
    script = (
        "import sys, django; django.setup()\n"
        "import project.urls, project.celery, ingestion.running.listener, columns.tasks\n"
        "print('duckdb' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
