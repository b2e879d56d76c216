"""Rejects of an import are cured by an option of its format, through the API."""

import pytest

from audit.models import AuditEntry
from ingestion.models import Import
from tests.ingestion.formats.making import make, own_names
from tests.ingestion.helpers import HEADER, line, run
from tests.ingestion.responses import json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

MAY = ("ingestion.view_import", "ingestion.change_import", "messages_app.add_message")
COMMA = {"code": "decimal_comma", "column": "local_avg"}


def with_commas(*numbers):
    rows = (line(number, avg='"4,5"', remote_avg='"9,09"') for number in numbers)
    return HEADER + line(0) + "".join(rows)


@pytest.fixture
def imports():
    """Two of one format."""
    make(**own_names(), key_pattern="plant/*.csv")
    return [run(with_commas(1, 2), "plant/a.csv"), run(with_commas(3), "plant/b.csv")]


def address(import_, name="cures"):
    return f"/api/imports/{import_.pk}/rejects/{name}/"


def apply(client, import_, key):
    return client.post(address(import_, "cure"), {**COMMA, "cure": key}, format="json")


def comma_cure(client, import_):
    listed = json_of(client.get(address(import_), COMMA))["results"]
    (found,) = [one for one in listed if one["text"] == "the decimal mark is a comma"]
    return found


def test_the_rows_of_this_import_are_read_again_by_the_next_version(imports):
    client = api_client(*MAY, "ingestion.change_format")
    cure = comma_cure(client, imports[0])
    assert (cure["good"], cure["looked_at"]) == (2, 2)

    response = apply(client, imports[0], cure["key"])

    assert response.status_code == 201
    body = json_of(response)
    format_ = imports[0].format_version.format
    assert (body["format"], body["version"], body["rows"]) == (format_.pk, 2, 2)
    child = Import.objects.get(pk=body["imports"][0])
    assert (child.parent, child.format_version.number) == (imports[0], 2)
    assert not imports[1].children.exists()
    entries = AuditEntry.objects.values_list("action", "target")
    assert {("loaded mended rejects", str(imports[0].pk)), ("changed", str(format_.pk))} <= set(
        entries
    )


def test_it_takes_the_permission_to_change_formats(imports):
    client = api_client(*MAY)
    cure = comma_cure(client, imports[0])
    response = apply(client, imports[0], cure["key"])
    assert response.status_code == 403
    imports[0].format_version.format.refresh_from_db()
    assert imports[0].format_version.format.version == 1


def test_what_is_no_cure_is_409_and_a_file_without_format_has_none(imports):
    client = api_client(*MAY, "ingestion.change_format")
    response = apply(client, imports[0], "0" * 16)
    assert (response.status_code, json_of(response)["code"]) == (409, "no_cure")
    plain = run(with_commas(4), "elsewhere.csv")
    assert json_of(client.get(address(plain), COMMA)) == {"results": []}
    response = apply(client, plain, "0")
    assert (response.status_code, json_of(response)["code"]) == (409, "no_cure")


def test_an_import_that_runs_changes_no_format(imports):
    client = api_client(*MAY, "ingestion.change_format")
    cure = comma_cure(client, imports[0])
    Import.objects.update(state="writing")
    response = apply(client, imports[0], cure["key"])
    assert (response.status_code, json_of(response)["code"]) == (409, "import_running")
    imports[0].format_version.format.refresh_from_db()
    assert imports[0].format_version.format.version == 1


def test_the_fault_must_be_said(imports):
    client = api_client(*MAY)
    assert client.get(address(imports[0])).status_code == 400
