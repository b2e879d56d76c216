"""Tries mutants in a process that has all ready: a plugin in the place of pytest's own run.

The process has collected the tests, and its AWS and database run. For each mutant it forks; the
copy changes its code and runs the tests until one fails.
"""

import gc
import json
import os
import resource
import select
import shutil
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import pytest
from botocore.client import BaseClient
from django.conf import settings
from django.db import connections

from tests.code.mutants.swap import CannotSwap, living_functions, swap
from tests.code.mutants.touched import take_time

PLAN, RESULTS = "SLUICE_MUTANTS_PLAN", "SLUICE_MUTANTS_RESULTS"
# Its tests ask for AWS and the database.
FIRST_FILE = "tests/ingestion/running/test_recovery.py"
# A test may take so many times what it took, and some seconds more, of the processor's time: beyond
# it never ends. One that only waits never ends either, if much longer.
_TIMES_AS_LONG = 10
_SECONDS_MORE = 8.0
_WAITING = 6
_MEMORY = 4 * 1024**3


class Outcome(NamedTuple):
    """``what``: noticed, endless, left, untouched, not tried; ``test``: which noticed it."""

    what: str
    test: str = ""


class _Failures:
    """Another plugin: whether a test has failed in this process."""

    is_any = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.is_any |= report.failed


class Warm:
    def __init__(self, session: pytest.Session, plan: dict[str, Any], results: TextIO) -> None:
        self._items = {item.nodeid: item for item in session.items}
        self._plan, self._results = plan, results
        self._failures = _Failures()
        session.config.pluginmanager.register(self._failures)
        self._sound: dict[str, bool] = {}
        # By module: how often a test noticed. Who noticed one fault notices the next, mostly.
        self._noticed: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._database = Path(settings.DATABASES["default"]["NAME"])

    def run(self) -> None:
        take_time()
        self._warm_up()
        self._living = living_functions()
        gc.freeze()
        for mutant in self._plan["mutants"]:
            begun = time.monotonic()
            outcome = self._outcome(mutant)
            result = {"key": mutant["key"], "what": outcome.what, "test": outcome.test}
            result["seconds"] = round(time.monotonic() - begun, 2)
            self._results.write(json.dumps(result) + "\n")
            self._results.flush()

    def _warm_up(self) -> None:
        """One test that asks for everything has the fixtures of the session made."""
        first = next(item for item in self._items.values() if _asks_for_all(item))
        first.ihook.pytest_runtest_protocol(item=first, nextitem=self._another(first))
        assert not self._failures.is_any, "the first test fails without a fault"
        connections.close_all()
        shutil.copyfile(self._database, f"{self._database}.fresh")
        for client in [one for one in gc.get_objects() if isinstance(one, BaseClient)]:
            client.close()  # a connection cannot be shared with a copy of this process

    def _another(self, item: pytest.Item) -> pytest.Item:
        """One that has the fewest folders with it: what is set up for those of both stays, and
        pytest then takes no test from elsewhere."""
        others = (one for one in self._items.values() if one.path != item.path)
        return min(others, key=lambda one: folders_of_both(one.path, item.path))

    def _outcome(self, mutant: dict[str, Any]) -> Outcome:
        noticed = self._noticed[mutant["module"]]
        tests = [test for test in mutant["tests"] if self._sound.get(test, True)]
        outcome = self._try(mutant, sorted(tests, key=lambda test: -noticed[test]))
        if outcome.test and not self._is_sound(outcome.test):
            return self._outcome(mutant)
        if outcome.test:
            noticed[outcome.test] += 1
        return outcome

    def _is_sound(self, test: str) -> bool:
        """Whether it passes without a fault."""
        if test not in self._sound:
            self._sound[test] = self._try(None, [test]).what == "left"
        return self._sound[test]

    def _try(self, mutant: dict[str, Any] | None, tests: Sequence[str]) -> Outcome:
        items = [self._items[test] for test in tests if test in self._items]
        items.sort(key=_empties_the_database)
        if not items:
            return Outcome("untouched")
        shutil.copyfile(f"{self._database}.fresh", self._database)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._be_mutant(mutant, items, writing)
        with suppress(OSError):  # the copy does the same: whichever comes first
            os.setpgid(child, child)
        os.close(writing)
        try:
            return self._watch(items, reading)
        finally:
            os.close(reading)
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            for ending in ("-wal", "-shm"):
                Path(f"{self._database}{ending}").unlink(missing_ok=True)

    def _watch(self, items: Sequence[pytest.Item], reading: int) -> Outcome:
        """What the copy tells: ``.`` after a test, ``F`` when it fails, ``?`` when it cannot."""
        for item in items:
            if not select.select([reading], [], [], _WAITING * self._seconds(item))[0]:
                return Outcome("endless", item.nodeid)
            told = os.read(reading, 1)
            if told == b"?":
                return Outcome("not tried")
            if told != b".":
                return Outcome("noticed", item.nodeid)
        return Outcome("left")

    def _seconds(self, item: pytest.Item) -> float:
        took: float = self._plan["seconds"].get(item.nodeid, 1)
        return took * _TIMES_AS_LONG + _SECONDS_MORE

    def _be_mutant(
        self, mutant: dict[str, Any] | None, items: Sequence[pytest.Item], writing: int
    ) -> None:
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            if mutant:
                swap(mutant["module"], mutant["function"], mutant["source"], self._living)
            for item, following in zip(items, [*items[1:], None], strict=True):
                after = following or self._another(item)
                signal.setitimer(signal.ITIMER_PROF, self._seconds(item))  # then it is killed
                item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
                os.write(writing, b"F" if self._failures.is_any else b".")
                if self._failures.is_any:
                    break
        except CannotSwap:
            os.write(writing, b"?")
        finally:
            os._exit(0)


def folders_of_both(one: Path, other: Path) -> int:
    return len(set(one.parents) & set(other.parents))


def _asks_for_all(item: pytest.Item) -> bool:
    return item.get_closest_marker("sql") is not None and "aws" in getattr(item, "fixturenames", ())


def _empties_the_database(item: pytest.Item) -> bool:
    """At its end, with what the migrations put in: after it no other test of the database runs."""
    mark = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or bool(mark and mark.kwargs.get("transaction"))


def pytest_runtestloop(session: pytest.Session) -> bool:
    plan = json.loads(Path(os.environ[PLAN]).read_text())
    with Path(os.environ[RESULTS]).open("a") as results:
        Warm(session, plan, results).run()
    return True
