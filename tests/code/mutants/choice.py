"""Which tests a mutant meets, and in which order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from tests.code.mutants.mutant import Mutant
from tests.code.mutants.touched import Touched

# What no test of so many seconds notices is left: further ones are about something else.
MOST_SECONDS = 10.0
# Of tests that take no longer, all cases come with the first ones.
_INSTANT = 0.05


def tests_for(mutant: Mutant, touched: Touched, folders: Sequence[str]) -> list[str]:
    """Those that run its lines; of what is run at import those that run any line of the module.
    The nearest first, of those the instant ones and one case of each test, then the quickest."""
    wanted = set(mutant.lines)
    by_test = touched.lines.get(mutant.module, {})
    if folders:
        by_test = {test: by_test[test] for test in by_test if test.startswith(tuple(folders))}
    found = [
        test for test, lines in by_test.items() if not mutant.function or wanted.intersection(lines)
    ]
    found.sort(key=touched.seconds.__getitem__)
    cases: Counter[str] = Counter()
    ranks = {}
    for test in found:
        name = test.partition("[")[0]
        cases[name] += touched.seconds[test] > _INSTANT
        ranks[test] = (-_nearness(test, mutant.module), cases[name])
    found.sort(key=ranks.__getitem__)
    return list(_affordable(found, touched.seconds))


def _nearness(test: str, module: str) -> int:
    """How many folders of both are the same."""
    folders = PurePosixPath(test.partition("::")[0]).parts[1:-1]
    of_module = PurePosixPath(module).parts[:-1]
    same = 0
    while same < min(len(folders), len(of_module)) and folders[same] == of_module[same]:
        same += 1
    return same


def _affordable(tests: Iterable[str], seconds: dict[str, float]) -> Iterable[str]:
    spent = 0.0
    for test in tests:
        spent += seconds[test]
        if spent > MOST_SECONDS:
            return
        yield test
