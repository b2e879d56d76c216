"""What cfn-lint does not see: that the templates agree with each other and with the app."""

import re
from typing import Any

import pytest

from ingestion.running.heartbeats import silence_allowed
from tests.deploy.templates import read_template
from tests.support.processes import ROOT

FOLDER = ROOT / "deploy"
NESTED = {
    name: resource["Properties"]
    for name, resource in read_template(FOLDER / "sluice.yaml")["Resources"].items()
}
SERVICE = read_template(FOLDER / "service.yaml")
PROCESSES = ("Web", "Worker", "Listener", "Operator")


def nested(name: str) -> Any:
    return read_template(FOLDER / NESTED[name]["TemplateURL"])


def containers(process: str) -> list[Any]:
    task: Any = SERVICE["Resources"][f"{process}Task"]["Properties"]
    return list(task["ContainerDefinitions"])


@pytest.mark.parametrize("name", NESTED)
def test_a_nested_stack_gets_all_that_it_needs_and_nothing_else(name):
    parameters = nested(name)["Parameters"]
    needed = {one for one, declared in parameters.items() if "Default" not in declared}
    assert needed <= set(NESTED[name]["Parameters"]) <= set(parameters)


def test_outputs_that_are_passed_on_are_there():
    passed = re.findall(r"(\w+)\.Outputs\.(\w+)", (FOLDER / "sluice.yaml").read_text())
    assert len(passed) > 10
    for name, output in passed:
        assert output in nested(name)["Outputs"]


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_has_settings_that_there_are(process):
    own = containers(process)[0]
    names = {one["Name"] for key in ("Environment", "Secrets") for one in own[key]}
    assert {"SECRET_KEY", "DATABASE_URL", "DATA_BUCKET", "CELERY_QUEUE"} <= names
    names.discard("DJANGO_SUPERUSER_PASSWORD")  # createsuperuser's own
    readme = (ROOT / "README.md").read_text()
    assert [name for name in names if f"| `{name}` |" not in readme] == []


@pytest.mark.parametrize("process", PROCESSES)
def test_a_container_writes_to_no_file_of_the_image(process):
    for container in containers(process):
        assert container["ReadonlyRootFilesystem"] is True
        assert [one["ContainerPath"] for one in container["MountPoints"]] == ["/tmp"]


@pytest.mark.parametrize("process", ["Worker", "Listener"])
def test_a_container_is_sick_when_its_process_was_silent_longer_than_it_may_be(process, settings):
    settings.VISIBILITY_SECONDS = read_template(FOLDER / "data.yaml")["Parameters"][
        "VisibilitySeconds"
    ]["Default"]
    (container,) = containers(process)
    (seconds,) = map(int, re.findall(r"-lt (\d+)", str(container["HealthCheck"]["Command"])))
    # A file is not touched more often than every 15 seconds, and checked every 30.
    assert seconds >= silence_allowed().total_seconds()
