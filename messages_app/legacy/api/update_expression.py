"""Update expressions, as far as they are taken here: ``SET a = :x, #b = :y REMOVE c``.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from messages_app.schema.validation import Invalid

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_LENGTH = 4096
_TOKEN = re.compile(r"\s*([#:]?[A-Za-z0-9_]+|\S)", re.ASCII)
# A field's own name, or a placeholder for one.
_NAME = re.compile(r"#[A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_VALUE = re.compile(r":[A-Za-z0-9_]+", re.ASCII)
_LONGEST_QUOTED = 40


@dataclass
class UpdateExpression:
    """``assignments`` are pairs of a name and the placeholder of a value, ``removals`` are names;
    a name that begins with # is a placeholder itself."""

    assignments: list[tuple[str, str]] = field(default_factory=list)
    removals: list[str] = field(default_factory=list)


def parse(text: str) -> UpdateExpression:
    """Read an expression. Raises Invalid with a sentence on what is not taken."""
    if len(text) > MAX_LENGTH:
        raise _refused(f"has more than {MAX_LENGTH:,} characters")
    return _Parser(text).run()


class _Parser:
    """Reads token by token; '' stands for the end."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._position = 0
        self._found = UpdateExpression()
        self._clauses: dict[str, Callable[[], None]] = {
            "SET": self._assignment,
            "REMOVE": self._removal,
        }

    def run(self) -> UpdateExpression:
        if not self._tokens:
            raise _refused("is empty")
        while token := self._take():
            self._clause(token)
        return self._found

    def _clause(self, token: str) -> None:
        name = token.upper()
        if name in ("ADD", "DELETE"):
            raise _refused(f"has {name}")
        if name not in ("SET", "REMOVE"):
            raise _refused(f"has {_quoted(token)} where the word SET could be")
        if name not in self._clauses:
            raise _refused(f"has {name} twice")
        read_one = self._clauses.pop(name)
        read_one()
        while self._peek() == ",":
            self._take()
            read_one()

    def _assignment(self) -> None:
        name = self._name()
        equals = self._take()
        if equals != "=":
            raise _refused(f"has {_quoted(equals)} after {name} where = should be")
        value = self._take()
        if not _VALUE.fullmatch(value):
            raise _refused(f"has {_quoted(value)} where the placeholder of a value should be")
        if self._peek() in ("+", "-"):
            raise _refused("computes a value")
        self._found.assignments.append((name, value))

    def _removal(self) -> None:
        self._found.removals.append(self._name())

    def _name(self) -> str:
        name = self._take()
        if not _NAME.fullmatch(name):
            raise _refused(f"has {_quoted(name)} where the name of a field should be")
        if self._peek() in (".", "["):
            raise _refused(f"names a part of {_quoted(name)}, which has no parts")
        return name

    def _peek(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._position += 1
        return token


def _quoted(token: str) -> str:
    return f"“{token[:_LONGEST_QUOTED]}”" if token else "its end"


def _refused(why: str) -> Invalid:
    allowed = "it can only set fields to given values, like SET source = :new, location = :other"
    return Invalid("not_taken", f"UpdateExpression {why}; {allowed}")
