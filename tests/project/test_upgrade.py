"""A database of version 1.0 is migrated, and says the same as before.

``database_of_1_0.sql`` is the dump of a database that version 1.0 made and filled: an import with
two chunks, two entries of the audit trail, a saved view, somebody who may read the trail.
"""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT

DUMP = Path(__file__).with_name("database_of_1_0.sql")
# Run by a process of its own, whose database it is.
LOOK = """
import json
import django
django.setup()
from django.contrib.auth.models import User
from audit.models import AuditEntry
from ingestion.models import Import
from messages_app.models import Day, SavedView
import_ = Import.objects.get()
auditor = User.objects.get(username="auditor")
print(json.dumps({
    "receipt": import_.receipt.as_dict(),
    "chunks": [[chunk.number, chunk.read, chunk.rejected] for chunk in import_.chunks.all()],
    "uploaded by": import_.created_by.username,
    "faults": [fault for chunk in import_.chunks.all() for fault in chunk.faults],
    "audit": list(AuditEntry.objects.order_by("pk").values_list(
        "user_name", "channel", "action", "kind", "target", "detail")),
    "days": list(Day.objects.values_list("date", "count")),
    "views": list(SavedView.objects.values_list("name", "query", "is_start")),
    "auditor": sorted(auditor.get_all_permissions()),
    "operator": sorted(User.objects.get(username="kim").get_all_permissions()),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is in the migrated database."""
    path = tmp_path_factory.mktemp("upgrade") / "old.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(DUMP.read_text())
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    look = [sys.executable, "-c", LOOK]
    return json.loads(subprocess.check_output(look, cwd=ROOT, env=environment, text=True))


def test_an_import_keeps_its_receipt_chunks_and_faults(found: Any) -> None:
    assert found["receipt"] == {
        "read": 3,
        "written": 2,
        "unchanged": 0,
        "kept": 0,
        "replaced": 0,
        "outdated": 0,
        "rejected": 1,
    }
    assert found["chunks"] == [[0, 2, 0], [1, 1, 1]]
    assert found["uploaded by"] == "kim"
    assert [fault["code"] for fault in found["faults"]] == ["not_a_number"]


def test_the_audit_trail_is_whole(found: Any) -> None:
    import_id = "5b0c6f5e-5a55-4d0c-8f0a-0f5f1d1f3c11"
    assert found["audit"] == [
        ["kim", "page", "uploaded", "import", import_id, {"key": "uploads/monday.csv"}],
        [
            "robot",
            "api",
            "changed",
            "message",
            "2019-05-28 10:55:09",
            {"values": {"source": ["cable", "wireless"]}},
        ],
    ]


def test_days_and_saved_views_are_there(found: Any) -> None:
    assert found["days"] == [["2019-05-28", 2]]
    assert found["views"] == [["Lisbon", "location=Lisbon", True]]


def test_everybody_may_do_what_they_might_before(found: Any) -> None:
    assert found["auditor"] == ["messages_app.view_auditentry"]
    assert {
        "ingestion.add_import",
        "ingestion.change_import",
        "messages_app.change_message",
        "messages_app.delete_message",
    } <= set(found["operator"])
