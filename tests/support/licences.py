"""The licences of what runs in production, from the metadata of the installed packages.

``python -m tests.support.licences > docs/licences.md`` writes the list anew.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import ROOT

LOCK = ROOT / "requirements.txt"
DOCUMENT = ROOT / "docs" / "licences.md"
_NAME = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", re.MULTILINE)
_HEAD = """# Licences

What runs in production, as `requirements.txt` locks it. A test compares this list with the
installed packages; `python -m tests.support.licences > docs/licences.md` writes it anew.

`psycopg` is under the LGPL. It is used as it is published, as a library of its own that anybody can
replace, which is all that this licence asks for. `certifi` and some parts of `orjson` are under the
MPL: whoever changes one of their files has to publish that file.

| package | licence |
|---|---|
"""


@dataclass(frozen=True, slots=True)
class Licence:
    package: str
    name: str

    def __str__(self) -> str:
        return f"| {self.package} | {self.name} |"


def locked_packages() -> set[str]:
    """The names in the lock of production, as normalised as they are there."""
    return set(_NAME.findall(LOCK.read_text()))


def installed_licences() -> Iterator[Licence]:
    """Of each locked package that is installed here: markers leave some out."""
    command = [str(Path(sys.executable).parent / "pip-licenses"), "--format=json", "--with-system"]
    command += ["--packages", *sorted(locked_packages())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for found in sorted(json.loads(done.stdout), key=lambda one: one["Name"].lower()):
        yield Licence(_normalised(found["Name"]), found["License"])


def documented_licences() -> Iterator[Licence]:
    rows = DOCUMENT.read_text().partition("|---|---|\n")[2]
    for row in rows.splitlines():
        package, name = row.strip("| ").split(" | ")
        yield Licence(package, name)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    print(_HEAD + "\n".join(map(str, installed_licences())))  # noqa: T201
