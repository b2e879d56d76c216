"""The engine of the embedded table in the tests: there, or why not, and emptied between tests."""

import os
from typing import Any

import pytest

from project.local import npm
from project.local.table import engine
from project.local.table.ask import ask, tables_in

# Each serves the same tests; what one takes too lightly, another does not.
ENGINES = ("dynoxide", "ministack")
_REQUIRED = "SLUICE_REQUIRE_ENGINES"


def why_no_engine() -> str:
    """Why dynoxide cannot run here; empty when it can. Installs it, once."""
    try:
        engine.hidden_address()
        npm.install(engine.FOLDER, engine.FILE)
    except (npm.NpmFailure, OSError) as reason:
        if os.environ.get(_REQUIRED):
            raise
        return str(reason)
    return ""


def on_each_engine(metafunc: pytest.Metafunc) -> None:
    """Have the tests of a module with the mark ``both_engines`` run on both, but for those that
    name one themselves."""
    test = metafunc.definition
    is_for_both = test.get_closest_marker("both_engines") is not None
    names_one = any(mark.args[0] == "table_engine" for mark in test.iter_markers("parametrize"))
    if is_for_both and not names_one and "table_engine" in metafunc.fixturenames:
        metafunc.parametrize("table_engine", ENGINES, indirect=True)


class EmptiedTable:
    """An engine whose tables are deleted, and the ones that it remembers made anew."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._remembered: list[dict[str, Any]] = []

    def empty(self) -> None:
        for name in tables_in(self._url):
            ask(self._url, "DeleteTable", {"TableName": name})

    def remember(self) -> None:
        """The tables that are there now, without what is in them."""
        self._remembered = [
            _definition(ask(self._url, "DescribeTable", {"TableName": name})["Table"])
            for name in tables_in(self._url)
        ]

    def rewind(self) -> None:
        self.empty()
        for definition in self._remembered:
            ask(self._url, "CreateTable", definition)


def _definition(description: dict[str, Any]) -> dict[str, Any]:
    names = ("TableName", "KeySchema", "AttributeDefinitions")
    return {
        **{name: description[name] for name in names},
        "BillingMode": "PAY_PER_REQUEST",
    }
