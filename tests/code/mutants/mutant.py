"""Mutants: copies of a module that differ in one small fault."""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.operators.operator import Operator

from tests.code.mutants.operators import OPERATORS
from tests.code.mutants.places import Places
from tests.support.processes import ROOT


@dataclass(frozen=True, slots=True)
class Mutant:
    """``function`` is empty at the level of the module; ``lines`` are those of the statement."""

    module: str
    function: str
    lines: list[int]
    was: str
    becomes: str
    number: int  # among those of the function that read the same
    source: str

    @property
    def key(self) -> str:
        """The same as long as the function's name and the line are."""
        parts = (self.module, self.function, self.was, self.becomes, str(self.number))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "key": self.key}

    def __str__(self) -> str:
        head = f"{self.module}:{self.lines[0]} {self.function}".rstrip()
        was = "".join(f"\n- {line}" for line in self.was.splitlines())
        return f"{head}{was}" + "".join(f"\n+ {line}" for line in self.becomes.splitlines())


def mutants_of(module: str) -> Iterator[Mutant]:
    source = (ROOT / module).read_text()
    places = Places(ast.parse(source))
    seen: Counter[tuple[str, str, str]] = Counter()
    for line, mutated in _faults(source):
        if not places.counts(line):
            continue
        function, lines = places.function_of(line), places.statement_of(line)
        was, becomes = _difference(source.splitlines(), mutated.splitlines())
        seen[function, was, becomes] += 1
        number = seen[function, was, becomes]
        yield Mutant(module, function, lines, was, becomes, number, mutated)


def _faults(source: str) -> Iterator[tuple[int, str]]:
    """The line of each place that an operator changes, and the source with that."""
    tree = get_ast(source)
    for node in list(ast_nodes(tree)):
        for operator in OPERATORS:
            for index, (start, _) in enumerate(operator.mutation_positions(node)):
                yield start[0], _changed(tree, node, operator, index)


def _changed(tree: Any, node: Any, operator: Operator, index: int) -> str:
    """The source with what an operator makes of a node; the tree is left as it was."""
    nodes = [node, *getattr(node, "children", ()), *([node.parent] if node.parent else ())]
    children = [(one, one.children[:]) for one in nodes if hasattr(one, "children")]
    values = [(one, one.value) for one in nodes if hasattr(one, "value")]
    changed = operator.mutate(node, index)
    if node.parent:
        siblings = node.parent.children
        siblings[siblings.index(node)] = changed
    code: str = tree.get_code()
    for one, kept in children:
        one.children = kept
    for one, value in values:
        one.value = value
    return code


def _difference(source: list[str], mutated: list[str]) -> tuple[str, str]:
    """The lines of each that are not those of the other."""
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(source, mutated, strict=False)))
    source, mutated = source[len(same) :], mutated[len(same) :]
    while source and mutated and source[-1] == mutated[-1]:
        del source[-1], mutated[-1]
    return tuple("\n".join(map(str.strip, lines)) for lines in (source, mutated))  # type: ignore[return-value]
