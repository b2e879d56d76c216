"""Which tests run which lines: a plugin that watches the tests, and what it found, kept.

A test that failed, or was skipped, notices nothing later on and is left out.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.processes import ROOT
from tests.support.table import ENGINES

_PARTS = "SLUICE_MUTANTS_TOUCHED"
_MODULES = "SLUICE_MUTANTS_MODULES"
QUICK = "not browser and not faults and not schemathesis and not stack"
# By module, by test: the lines.
Lines = dict[str, dict[str, list[int]]]


class Touched:
    """What is kept in a file: the lines of each test, its seconds, and of which state of the files.
    ``refresh`` runs the tests of what has changed since."""

    def __init__(self, path: Path, modules: list[str]) -> None:
        self._path, self._modules = path, modules
        kept = json.loads(path.read_text()) if path.exists() else {}
        self.lines: Lines = kept.get("lines", {})
        self.seconds: dict[str, float] = kept.get("seconds", {})
        # By file of tests: of the file and the modules that it runs.
        self._digests: dict[str, str] = kept.get("digests", {})
        if kept.get("modules") != modules:
            self._digests = {}

    def refresh(self, folders: Sequence[str], processes: int) -> None:
        """Of the tests in these folders or files; of all when none is named."""
        there = set(_test_files())
        self._forget({test.partition("::")[0] for test in self.seconds} - there)
        files = {name for name in there if not folders or name.startswith(tuple(folders))}
        stale = {name for name in files if self._digests.get(name) != self._digest(name)}
        if not stale:
            return
        print(f"watching the tests of {len(stale)} files", flush=True)  # noqa: T201
        as_run = {name: (ROOT / name).read_bytes() for name in stale}
        self._forget(stale)
        self._watch(sorted(stale), processes)
        same = {name for name in stale if (ROOT / name).read_bytes() == as_run[name]}
        self._digests |= {name: self._digest(name) for name in same}
        kept = {"lines": self.lines, "seconds": self.seconds, "digests": self._digests}
        self._path.write_text(json.dumps({**kept, "modules": self._modules}))

    @cached_property
    def breadth(self) -> Counter[str]:
        """How many lines of all modules a test runs, once none is watched any more."""
        found: Counter[str] = Counter()
        for tests in self.lines.values():
            found.update({test: len(lines) for test, lines in tests.items()})
        return found

    def _digest(self, file: str) -> str:
        run = [
            module for module, tests in self.lines.items() if any(_is_of(file, t) for t in tests)
        ]
        digests = [hashlib.sha256((ROOT / name).read_bytes()).digest() for name in (file, *run)]
        return hashlib.sha256(b"".join(digests)).hexdigest()

    def _forget(self, files: set[str]) -> None:
        kept: list[dict[str, Any]] = [self.seconds, *self.lines.values()]
        for tests in kept:
            for test in [test for test in tests if test.partition("::")[0] in files]:
                del tests[test]

    def _watch(self, files: list[str], processes: int) -> None:
        parts = self._path.parent / "parts"
        parts.mkdir(exist_ok=True)
        for part in parts.iterdir():
            part.unlink()
        places = {_PARTS: str(parts), _MODULES: json.dumps(self._modules)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.code.mutants.touched"]
        # Of the tests that run on each engine of the table, those of one are enough.
        command += ["-m", QUICK, "-k", f"not {ENGINES[1]}", "-n", str(processes), *files]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, check=False)
        for part in parts.iterdir():
            found = json.loads(part.read_text())
            self.seconds |= found["seconds"]
            for module, tests in found["lines"].items():
                self.lines.setdefault(module, {}).update(tests)


def _test_files() -> list[str]:
    names = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))
    # What looks at the text of the code notices nothing of what it does.
    return [name for name in names if not name.startswith(("tests/code/", "tests/deploy/"))]


def take_time() -> None:
    """However slow it all is, what hypothesis makes up does not fail for it."""
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    settings.load_profile("mutants")


def _is_of(file: str, test: str) -> bool:
    return test.startswith(f"{file}::")


class _Watch:
    """The plugin, in each process that runs tests."""

    def __init__(self, parts: Path, modules: list[str]) -> None:
        import coverage  # noqa: PLC0415 - only here is it installed

        self._parts = parts
        self._modules = {str(ROOT / name): name for name in modules}
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=list(self._modules)
        )
        self._seconds: dict[str, float] = {}
        self._once = 0.0
        self._useless: set[str] = set()

    def pytest_collection_finish(self) -> None:
        take_time()
        self._coverage.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid)
        begun, self._once = time.monotonic(), 0.0
        result = yield
        self._seconds[item.nodeid] = round(time.monotonic() - begun - self._once, 3)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """What is made once is not on the account of the test that asks for it first."""
        begun = time.monotonic()
        result = yield
        if fixturedef.scope == "session":
            self._once += time.monotonic() - begun
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self._useless.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        seconds = {name: took for name, took in self._seconds.items() if name not in self._useless}
        found = {"seconds": seconds, "lines": self._lines()}
        (self._parts / f"{os.getpid()}.json").write_text(json.dumps(found))

    def _lines(self) -> Lines:
        data: Any = self._coverage.get_data()
        lines: Lines = {}
        for file in data.measured_files():
            tests = lines.setdefault(self._modules[file], {})
            for line, names in data.contexts_by_lineno(file).items():
                for name in names:
                    if name in self._seconds and name not in self._useless:
                        tests.setdefault(name, []).append(line)
        return lines


def pytest_configure(config: pytest.Config) -> None:
    is_controller = bool(getattr(config.option, "numprocesses", None))
    if not is_controller and _PARTS in os.environ:
        watch = _Watch(Path(os.environ[_PARTS]), json.loads(os.environ[_MODULES]))
        config.pluginmanager.register(watch)
