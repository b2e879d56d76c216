"""Which tests ``bin/test --postgres`` runs: those of what databases do each in its own way.

Nearly all tests touch SQL, and most ask for a row by its key, which is the same everywhere. These
are about transactions and their order, locks, constraints, rows that are made or changed by several
at once, migrations, JSON, searches and sums. On one engine of the table: SQL is the same for each.
"""

import pytest

_KILLED = "test_an_import_whose_workers_are_killed_ten_times_is_complete"
WHERE = (
    # transactions of the pipeline, tasks in any order and twice, the inbox, turns, recovery
    "tests/ingestion/running/",
    # constraints and versions of kinds and formats, and what concerns many of them at once
    "tests/ingestion/formats/",
    "tests/messages_app/kinds/",
    "tests/messages_app/retention/",
    # marks of days, and which file has which
    "tests/messages_app/columns/test_building.py",
    "tests/messages_app/columns/test_asking.py",
    # the register of days
    "tests/ingestion/adoption/",
    "tests/messages_app/store/test_day_index.py",
    "tests/messages_app/store/test_repository.py",
    "tests/messages_app/store/test_marks.py",
    "tests/messages_app/api/test_batch.py",
    # lists: order, filters, searches, sums, JSON
    "tests/ingestion/api/",
    "tests/ingestion/rejects/",
    "tests/notices/",
    "tests/pages/admin/",
    "tests/pages/imports/",
    "tests/pages/messages/test_saved_views.py",
    "tests/project/test_metrics.py",
    # counters that all processes share
    "tests/project/access/test_throttles.py",
    "tests/project/access/test_tokens.py",
    # queries that are not compiled anew
    "tests/project/access/test_token_costs.py",
    # migrations, roles, the pool of connections
    "tests/common/test_connections.py",
    "tests/project/test_migrations.py",
    "tests/project/access/test_roles.py",
    # real processes, killed in the middle of it
    f"tests/faults/test_killed.py::{_KILLED}[keep-False-1]",
)
# They count requests to S3, or bytes, with many files or long ones.
_SLOW_ELSEWHERE = {
    "test_a_bucket_that_is_too_large_to_wait_for_is_told",
    "test_a_page_costs_few_statements_however_many_files_it_names",
    "test_a_turn_reads_one_page_of_the_listing",
    "test_a_page_of_one_row_unpacks_little",
    "test_each_file_has_its_right_result",
    "test_lines_of_one_letter_make_few_bytes",
    "test_what_chunks_that_were_begun_do_is_counted_too",
}


def is_chosen(item: pytest.Item) -> bool:
    """Whether a test that touches SQL is one of these."""
    callspec = getattr(item, "callspec", None)
    engine = callspec.params.get("table_engine", "dynoxide") if callspec else "dynoxide"
    is_slow = getattr(item, "originalname", item.name) in _SLOW_ELSEWHERE
    return item.nodeid.startswith(WHERE) and engine == "dynoxide" and not is_slow
