"""A client that an independent generator makes of the OpenAPI document, and what it can do."""

import importlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from tests.support.openapi import document

PACKAGE = "generated_sluice_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Finds the modules of the client."""
    folder: Path = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document(), default=str))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", "openapi.json", "--output-path", PACKAGE, "--fail-on-warning"]
    # It formats what it made with ruff.
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    sys.path.remove(str(folder))


@pytest.fixture
def client(generated: Any, aws: str, live_server: Any) -> Iterator[Any]:
    _, token = AuthToken.objects.create(User.objects.create_superuser("kim"))
    kind = generated("client").AuthenticatedClient
    with kind(base_url=live_server.url, token=token, prefix="Token") as client:
        yield client


def test_every_operation_is_generated(generated: Any) -> None:
    folder = Path(generated("api").__file__).parent
    made = {file.stem for file in folder.glob("*/*.py")} - {"__init__"}
    operations = [one for path in document()["paths"].values() for one in path.values()]
    assert made == {one["operationId"] for one in operations}


def test_a_record_is_made_listed_changed_and_deleted(generated: Any, client: Any) -> None:
    def call(name: str, *arguments: Any, **more: Any) -> Any:
        operation = generated(f"api.messages.messages_{name}").sync_detailed
        return operation(*arguments, client=client, **more)

    models = generated("models")
    record = models.NewMessageByTimestamp(1559040909.38, "here", "a", "b", 4.39, "c", 5)
    made = call("create", body=record)
    assert made.status_code == 201
    key, etag = (made.parsed.date, made.parsed.time), made.headers["ETag"]
    assert call("list", location=["here"]).parsed.results[0].source == "a"
    changes = models.MessageChanges(source="d")
    assert call("partial_update", *key, body=changes, if_match=etag).parsed.source == "d"
    assert call("partial_update", *key, body=changes, if_match=etag).status_code == 412
    assert call("destroy", *key).status_code == 204
    assert call("retrieve", *key).status_code == 404


def test_a_file_is_uploaded(generated: Any, client: Any) -> None:
    operation = generated("api.imports.imports_upload").sync_detailed
    file = generated("types").File(io.BytesIO(b"timestamp,location\n"), "field.csv", "text/csv")
    response = operation(client=client, body=generated("models").UploadRequest(file=file))
    assert response.status_code == 201
    assert response.parsed.key.endswith("/field.csv")
    assert response.parsed.error is None
