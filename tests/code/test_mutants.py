"""The lists of ``bin/mutate`` keep up with the code."""

import pytest

from tests.code.mutants.listed import MODULES, equivalents, modules
from tests.support.processes import ROOT

ENTRIES = [(module, entry) for module, listed in equivalents().items() for entry in listed]


def test_every_path_of_the_list_is_there() -> None:
    lines = [line for line in MODULES.read_text().splitlines() if line and line[0] != "#"]
    assert [line for line in lines if not (ROOT / line).exists()] == []


def test_what_lies_in_a_folder_of_the_list_is_chosen_by_the_folder() -> None:
    chosen = modules(["messages_app/store"])
    assert "messages_app/store/paging.py" in chosen
    assert all(name.startswith("messages_app/store/") for name in chosen)


@pytest.mark.parametrize(("module", "entry"), ENTRIES)
def test_what_no_test_can_notice_is_still_in_the_code(module: str, entry: dict[str, str]) -> None:
    lines = {line.strip() for line in (ROOT / module).read_text().splitlines()}
    assert set(entry["was"].splitlines()) <= lines
    assert set(entry) <= {"function", "was", "becomes", "reason"}
    assert len(entry["reason"]) > 10
