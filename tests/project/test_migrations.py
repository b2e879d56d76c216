"""Migrations run while processes of the version before are at work, and must not break those."""

import pytest
from django.core.management import call_command
from django.db import connection
from django_migration_linter import MigrationLinter

from tests.support.processes import ROOT

OURS = ["audit", "columns", "ingestion", "messages_app", "notices", "project", "silence"]
# Older than the first deployment in which old and new processes are at work side by side.
OLDER = (
    "0003_chunk_new_by_date",
    "0005_chunk_import_record",
    "0006_import_request_id",
    "0008_import_notices",
    "0011_import_version",
    "0013_import_kind",
    "0014_chunk_parts",
    "0005_audit_channel",
    "0007_kinds",
)


def linter(older: tuple[str, ...] = OLDER) -> MigrationLinter:
    return MigrationLinter(ROOT, include_apps=OURS, ignore_name=older, no_cache=True, quiet=["ok"])


@pytest.fixture
def on_postgresql(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite changes tables by making them anew; bin/test --postgres looks")


@pytest.mark.django_db
def test_models_are_as_the_migrations_make_them() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


@pytest.mark.usefixtures("on_postgresql")
def test_no_migration_breaks_the_processes_of_the_version_before() -> None:
    checked = linter()
    checked.lint_all_migrations()
    assert not checked.has_errors
    assert checked.nb_valid > 10


@pytest.mark.usefixtures("on_postgresql")
def test_those_that_would_break_them_are_found() -> None:
    checked = linter(older=())
    checked.lint_all_migrations()
    assert checked.nb_erroneous == len(OLDER)
