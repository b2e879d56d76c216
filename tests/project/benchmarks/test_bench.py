"""What ``bin/bench`` measures. How quick this machine is just now is no matter of tests."""

import json
import os
import subprocess

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from common.aws.clients import dynamodb_client
from project.access.roles import make_roles
from project.benchmarks.bench import cost, machines, reading
from project.benchmarks.bench.figures import Figure, Section, lines, percentile, ratio
from project.benchmarks.bench.machines import LimitedTable
from tests.support.processes import ROOT


def figures_of(section):
    return {(one.name, one.unit): one.median for one in section.figures}


def test_a_table_has_the_median_of_each_figure_and_its_spread():
    section = Section("Import", [Figure("Sluice", "rows/s", [1500.0, 900.4, 1000.6])])
    assert list(lines(section)) == [
        "Import",
        "  Sluice         1,001 rows/s           900 to 1,500",
    ]


def test_two_ways_are_compared_round_by_round():
    assert ratio("to plain", [10, 30], [5, 10]).values == [2, 3]


@pytest.mark.parametrize(("share", "value"), [(0.5, 3), (0.99, 4), (0, 1)])
def test_a_percentile_is_one_of_the_values(share, value):
    assert percentile([4, 1, 3, 2], share) == value


@pytest.mark.usefixtures("aws")
@pytest.mark.django_db
def test_requests_and_units_of_a_file_are_counted_for_a_million_rows():
    found = figures_of(cost.measure(1000))
    assert found["new: DynamoDB BatchExecuteStatement", "requests"] == 40_000
    assert found["new: DynamoDB BatchExecuteStatement", "units"] == 1_000_000
    assert ("again: DynamoDB BatchExecuteStatement", "units") not in found
    assert 0 < found["again: DynamoDB Query", "units"] <= 100_000
    assert found["new: S3 GetObject", "requests"] > 0
    assert 0.625 < found["new: at list prices", "dollars"] < 0.64
    assert 0 < found["again: at list prices", "dollars"] < 0.02


@pytest.mark.usefixtures("aws")
@pytest.mark.django_db(transaction=True)
def test_reading_is_measured_in_each_size_and_leaves_nothing_behind():
    make_roles(apps, "default")
    tables = dynamodb_client().list_tables()["TableNames"]
    found = figures_of(reading.measure((60, 120), 2, 0.1))
    for records in (60, 120):
        for what in ("record", "page of 50", "filtered page"):
            assert found[f"{records} records: {what}, to plain at p50", "x"] > 0
        assert found[f"{records} records: export", "records/s"] > 0
    assert found["page, 32 clients", "requests/s"] > 0
    assert dynamodb_client().list_tables()["TableNames"] == tables
    assert not User.objects.exists()


def test_the_stand_in_takes_no_more_of_a_partition_than_its_limit():
    """At once, as much as in a second."""
    table = LimitedTable()
    statements = [{"Parameters": [{"S": "2019-05-28"}, {"S": str(n)}]} for n in range(300)]
    answers = table.batch_execute_statement(Statements=statements)["Responses"]
    assert 200 <= answers.count({}) < 240
    other = [{"Parameters": [{"S": "2019-05-29"}, {"S": "0"}]}] * 2
    taken, again = table.batch_execute_statement(Statements=other)["Responses"]
    assert (taken, again["Error"]["Code"]) == ({}, "DuplicateItem")


def test_more_machines_write_all_rows():
    assert min(figures_of(machines.measure(20)).values()) > 0


@pytest.mark.stack
def test_the_command_runs_a_stack_of_its_own_and_writes_its_figures(tmp_path):
    command = [ROOT / "bin" / "bench", "--quick", "--json", tmp_path / "figures.json"]
    command += ["import", "forecast", "growth"]
    # A user's patience, not that of the tests: a plain loop asks as fast as it can, and gives up
    # with the first answer that does not come in time.
    usual = {name: value for name, value in os.environ.items() if name != "TASK_SECONDS"}
    run = subprocess.run(command, env=usual, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    sections = json.loads((tmp_path / "figures.json").read_text())["sections"]
    by_name = {one["name"]: one["median"] for section in sections for one in section["figures"]}
    assert by_name["Sluice to plain inserts"] > 0
    assert by_name["CPU of worker"] > 0
    assert by_name["500 rows, equal: time, to import"] > 0
    assert by_name["2,000 rows: memory of a worker"] > 10
    assert by_name["500 rows: worker"] > 10
    assert by_name["planning, from memory"] > 0
    assert "Import of 2,000 rows" in run.stdout


def test_a_part_that_there_is_not_is_refused_with_the_names_of_those_that_there_are():
    command = [ROOT / "bin" / "bench", "imports"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "choose from import, forecast, cost, growth, reading, machines" in run.stderr
