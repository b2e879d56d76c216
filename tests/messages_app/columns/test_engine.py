"""The DuckDB that a process keeps for all that is asked."""

import os

import pytest

from columns.asking.answers import Answers
from columns.engine import EngineError, TooLong, kept_engine
from common.tracing.threads import Threads

SECONDS = 60
ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b"


def one_number(folder, number):
    with kept_engine(folder, SECONDS) as duckdb:
        duckdb.run(f"CREATE TEMP VIEW records AS SELECT {number} AS number")
        return duckdb.rows("SELECT sum(number) FROM records, range(10000)")


def test_questions_at_once_see_their_own_records(tmp_path):
    with Threads(6) as pool:
        found = list(pool.map(lambda number: one_number(tmp_path, number), range(60)))
    assert found == [[(number * 10_000,)] for number in range(60)]


def test_one_that_takes_too_long_stops_no_other(tmp_path):
    with kept_engine(tmp_path, SECONDS) as other:
        with kept_engine(tmp_path, 0.05) as duckdb, pytest.raises(TooLong):
            duckdb.rows(ENDLESS)
        assert other.rows("SELECT 1") == [(1,)]


def test_it_reads_one_folder_only(tmp_path):
    (tmp_path / "inside").mkdir()
    for name in ("a.csv", "inside/a.csv"):
        (tmp_path / name).write_text("x\n1\n")
    with kept_engine(tmp_path / "inside", SECONDS) as duckdb:
        assert duckdb.rows(f"SELECT x FROM '{tmp_path}/inside/a.csv'") == [(1,)]  # noqa: S608
        with pytest.raises(EngineError):
            duckdb.rows(f"SELECT x FROM '{tmp_path}/a.csv'")  # noqa: S608
        with pytest.raises(EngineError):
            duckdb.run("SET enable_external_access = true")


def test_another_setting_makes_another(tmp_path, settings):
    limit = "SELECT current_setting('threads')"
    for threads in (1, 2):
        settings.COLUMNS_THREADS = threads
        with kept_engine(tmp_path, SECONDS) as duckdb:
            assert duckdb.rows(limit) == [(threads,)]


def test_a_process_that_was_forked_has_its_own(tmp_path):
    assert one_number(tmp_path, 1)
    if (child := os.fork()) == 0:
        os._exit(0 if one_number(tmp_path, 2) == [(20_000,)] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert one_number(tmp_path, 3) == [(30_000,)]


def test_what_was_found_in_the_same_files_is_remembered(tmp_path):
    statement, found = "SELECT random() WHERE 1 = ?", []
    for source, value in [("files", 1), ("files", 1), ("others", 1), ("files", 1.0), ("", 1)]:
        with kept_engine(tmp_path, SECONDS) as duckdb:
            duckdb.remember(source)
            found.append(duckdb.rows(statement, [value]))
    assert found[0] == found[1] == found[3]
    assert len({one for rows in found for one in rows}) == 3
    with kept_engine(tmp_path, SECONDS) as duckdb:
        duckdb.remember("files")
        assert duckdb.rows(statement, [2]) == []


def test_what_is_remembered_is_bounded_and_the_oldest_is_forgotten():
    answers = Answers(4)
    for name, size in [("a", 2), ("b", 0), ("c", 1)]:
        answers.keep(name, [(1,)] * size)
    assert answers.get("a") == [(1,), (1,)]
    answers.keep("d", [(1,)])
    answers.keep("larger", [(1,)] * 5)
    assert [answers.get(name) for name in ("b", "c", "d", "larger")] == [None, [(1,)], [(1,)], None]
    answers.keep("e", [(1,)] * 3)
    assert [answers.get(name) for name in ("a", "c", "d", "e")] == [None, None, [(1,)], [(1,)] * 3]
