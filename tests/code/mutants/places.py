"""Where in a module a line stands: in which function, and in which statement."""

import ast
from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Places:
    def __init__(self, tree: ast.Module) -> None:
        self._functions: dict[int, str] = {}
        self._statements: dict[int, list[int]] = {}
        self._left_out: set[int] = set()
        self._walk(tree.body, "")

    def counts(self, line: int) -> bool:
        """Not what only decorates, and what only the checker of types reads."""
        return line not in self._left_out

    def function_of(self, line: int) -> str:
        """Its name with those around it; empty outside of all."""
        return self._functions.get(line, "")

    def statement_of(self, line: int) -> list[int]:
        """The lines of the innermost statement; of one that has others in it, its head."""
        return self._statements.get(line, [line])

    def _walk(self, body: list[ast.stmt], name: str) -> None:
        for statement in body:
            self._note(statement)
            inner = name
            if isinstance(statement, _Named):
                inner = f"{name}.{statement.name}".lstrip(".")
            if isinstance(statement, _Function):
                first, last = statement.body[0].lineno, statement.end_lineno or 0
                self._functions.update(dict.fromkeys(range(first, last + 1), inner))
            for block in _blocks(statement):
                self._walk(block, inner)

    def _note(self, statement: ast.stmt) -> None:
        last = statement.end_lineno or statement.lineno
        heads = [block[0].lineno for block in _blocks(statement) if block]
        head = list(range(statement.lineno, min([*heads, last + 1])))
        self._statements.update(dict.fromkeys(head, head))
        for decorator in getattr(statement, "decorator_list", []):
            self._left_out.update(range(decorator.lineno, (decorator.end_lineno or 0) + 1))
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            self._left_out.update(range(statement.lineno, last + 1))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of statements in a statement."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, [])
        if block:
            yield block
    for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
        yield part.body
