"""Every dependency's licence is known, listed, and one that asks nothing of the project's code."""

import re

import pytest

from tests.support.licences import Licence, documented_licences, installed_licences, locked_packages

ALLOWED = {
    "3-Clause BSD License",
    "Apache Software License",
    "Apache-2.0",
    "BSD 3-Clause",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "MIT License",
    "PSF-2.0",
    "Python Software Foundation License",
}
# docs/licences.md tells why.
EXCEPTIONS = {(f"psycopg{part}", "LGPL-3.0-only") for part in ("", "-binary", "-pool")} | {
    ("certifi", "Mozilla Public License 2.0 (MPL 2.0)"),
    ("orjson", "MPL-2.0 AND (Apache-2.0 OR MIT)"),
}


def is_allowed(licence: Licence) -> bool:
    """Of ``A OR B`` one suffices; of ``A AND B``, or of several that are listed, all count."""
    parts = re.split(r";| AND ", licence.name)
    return (licence.package, licence.name) in EXCEPTIONS or all(
        any(choice.strip(" ()") in ALLOWED for choice in part.split(" OR ")) for part in parts
    )


@pytest.fixture(scope="module")
def installed() -> list[Licence]:
    return list(installed_licences())


def test_the_list_names_every_dependency_with_its_licence(installed: list[Licence]) -> None:
    """``python -m tests.support.licences > docs/licences.md`` mends it."""
    assert {"django", "boto3", "psycopg"} <= {one.package for one in installed}
    assert set(installed) - set(documented_licences()) == set()


def test_the_list_names_nothing_else() -> None:
    assert {one.package for one in documented_licences()} <= locked_packages()


def test_every_licence_is_allowed(installed: list[Licence]) -> None:
    assert [one for one in installed if not is_allowed(one)] == []


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("UNKNOWN", False),
        ("LGPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT License; GNU General Public License v3 (GPLv3)", False),
    ],
)
def test_a_licence_that_was_not_thought_about_is_refused(name: str, allowed: bool) -> None:
    assert is_allowed(Licence("new-package", name)) is allowed
