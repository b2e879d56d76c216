"""The lists beside this file: of the modules, of the mutants that no test can notice, and of those
that no test notices for another reason."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.processes import ROOT

if TYPE_CHECKING:
    from tests.code.mutants.mutant import Mutant

MODULES = Path(__file__).parent / "modules.txt"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"
UNNOTICED = Path(__file__).parent / "unnoticed.toml"
Entries = dict[str, list[dict[str, Any]]]


def modules(chosen: list[str]) -> list[str]:
    """Those of the list that lie under one of the chosen paths; all when none is chosen."""
    lines = [line for line in MODULES.read_text().splitlines() if line and line[0] != "#"]
    found = sorted({name for line in lines for name in _python_files(ROOT / line)})
    wanted = tuple(str(Path(path)) for path in chosen)
    return [name for name in found if not wanted or name.startswith(wanted)]


def entries(path: Path) -> Entries:
    """Those of one of the two lists, by module."""
    return tomllib.loads(path.read_text())


def is_listed(mutant: "Mutant", listed: Entries) -> bool:
    return any(
        entry.get("function", "") == mutant.function
        and entry["was"] == mutant.was
        and entry.get("becomes", mutant.becomes) == mutant.becomes
        for entry in listed.get(mutant.module, [])
    )


def _python_files(path: Path) -> Iterator[str]:
    files = [path] if path.is_file() else path.rglob("*.py")
    for file in files:
        if file.stat().st_size and "migrations" not in file.parts:
            yield str(file.relative_to(ROOT))
