"""The lists of ``bin/mutate`` keep up with the code."""

import gc
import json
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.code.mutants import choice, swap
from tests.code.mutants.listed import EQUIVALENT, MODULES, UNNOTICED, entries, modules
from tests.code.mutants.swap import living_functions
from tests.code.mutants.touched import Touched
from tests.code.mutants.warm import folders_of_both
from tests.support.processes import ROOT

ENTRIES = [
    (module, entry)
    for path in (EQUIVALENT, UNNOTICED)
    for module, listed in entries(path).items()
    for entry in listed
]


def test_every_path_of_the_list_is_there() -> None:
    lines = [line for line in MODULES.read_text().splitlines() if line and line[0] != "#"]
    assert [line for line in lines if not (ROOT / line).exists()] == []


def test_what_lies_in_a_folder_of_the_list_is_chosen_by_the_folder() -> None:
    chosen = modules(["messages_app/store"])
    assert "messages_app/store/paging.py" in chosen
    assert all(name.startswith("messages_app/store/") for name in chosen)


def test_instant_tests_come_first_then_files_by_turns_then_tests_that_run_little_else() -> None:
    near, far = "tests/ingestion/reading/test_a.py::", "tests/api/test_b.py::"
    seconds = {f"{near}quick[1]": 0.01, f"{near}quick[2]": 0.02, f"{far}fast": 0.01}
    seconds |= {f"{near}slow[1]": 2.5, f"{near}slow[2]": 3.0, f"{near}slow[3]": 6.0}
    seconds |= {f"{far}long": 3.0, f"{far}wide": 4.95, f"{far}narrow": 4.5}
    module = "ingestion/reading/header.py"
    lines = {module: {test: [7] for test in seconds}}
    breadth = {**dict.fromkeys(seconds, 500), f"{far}narrow": 20}
    touched: Any = SimpleNamespace(lines=lines, seconds=seconds, breadth=breadth)
    mutant: Any = SimpleNamespace(module=module, function="f", lines=[7])
    chosen = [test.rpartition("::")[2] for test in choice.tests_for(mutant, touched, [])]
    by_turns = ["quick[1]", "fast", "quick[2]", "slow[1]", "long", "slow[2]"]
    assert chosen == [*by_turns, "narrow"]
    mutant.lines = [8]
    assert choice.tests_for(mutant, touched, []) == []


def test_tests_whose_file_is_gone_are_forgotten(tmp_path: Path) -> None:
    gone, there = "tests/code/test_gone.py::test_a", "tests/ingestion/test_versions.py::test_b"
    kept = {
        "lines": {"ingestion/reading/header.py": {gone: [7], there: [8]}},
        "seconds": {gone: 0.1, there: 0.2},
    }
    (tmp_path / "touched.json").write_text(json.dumps(kept))
    touched = Touched(tmp_path / "touched.json", [])
    touched.refresh(["tests/no/such/folder"], 1)
    assert touched.lines == {"ingestion/reading/header.py": {there: [8]}}
    assert touched.breadth == {there: 1}
    assert touched.seconds == {there: 0.2}


def test_functions_are_found_beside_what_stands_for_something_that_is_gone() -> None:
    class Thing:
        pass

    dead = weakref.proxy(Thing())
    found = living_functions()
    gc.freeze()
    assert isinstance(dead, weakref.ProxyType)
    assert living_functions in found[swap.__file__]


def test_folders_of_two_tests_are_those_that_both_lie_in() -> None:
    one = Path("tests/ingestion/running/test_a.py")
    others = [
        "tests/api/test_b.py",
        "tests/ingestion/test_c.py",
        "tests/ingestion/running/test_d.py",
    ]
    assert [folders_of_both(one, Path(other)) for other in others] == [2, 3, 4]


@pytest.mark.parametrize(("module", "entry"), ENTRIES)
def test_what_no_test_notices_is_still_in_the_code(module: str, entry: dict[str, str]) -> None:
    lines = {line.strip() for line in (ROOT / module).read_text().splitlines()}
    assert set(entry["was"].splitlines()) <= lines
    assert set(entry) <= {"function", "was", "becomes", "reason"}
    assert len(entry["reason"]) > 10
