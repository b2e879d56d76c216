"""Which tests a mutant meets, and in which order."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.code.mutants.mutant import Mutant
    from tests.code.mutants.touched import Touched

# A fault that tests of so many seconds do not notice is left: of such as come by turns, and of such
# as run little else.
MOST_SECONDS, NARROW_SECONDS = 10.0, 5.0
# Of tests that take no longer, all cases come before slower ones.
_INSTANT = 0.05


def tests_for(mutant: "Mutant", touched: "Touched", folders: Sequence[str]) -> list[str]:
    """Those that run its lines; of what is run at import those that run any line of the module.

    The instant ones first. Each file has its turn, the nearest first: those of one file notice the
    same. Of a file comes one case of each test first, then the quickest. Where there are more than
    there is time for, those that run few other lines are likely to be of these.
    """
    wanted = set(mutant.lines)
    by_test = touched.lines.get(mutant.module, {})
    if folders:
        by_test = {test: by_test[test] for test in by_test if test.startswith(tuple(folders))}
    found = [
        test for test, lines in by_test.items() if not mutant.function or wanted.intersection(lines)
    ]
    found.sort(key=touched.seconds.__getitem__)
    cases = _places(found, lambda test: test.partition("[")[0])
    found.sort(key=cases.__getitem__)
    turns = _places(found, lambda test: test.partition("::")[0])
    found.sort(
        key=lambda test: (
            touched.seconds[test] > _INSTANT,
            turns[test],
            -_nearness(test, mutant.module),
        )
    )
    by_turns = list(_affordable(found, touched.seconds, MOST_SECONDS))
    others = sorted({*found} - {*by_turns}, key=lambda test: (touched.breadth[test], test))
    return [*by_turns, *_affordable(others, touched.seconds, NARROW_SECONDS)]


def _places(tests: Iterable[str], group: Callable[[str], str]) -> dict[str, int]:
    """The place of each test in its group."""
    sizes: Counter[str] = Counter()
    places = {}
    for test in tests:
        sizes[group(test)] += 1
        places[test] = sizes[group(test)]
    return places


def _nearness(test: str, module: str) -> int:
    """How many folders of both are the same."""
    folders = PurePosixPath(test.partition("::")[0]).parts[1:-1]
    of_module = PurePosixPath(module).parts[:-1]
    same = 0
    while same < min(len(folders), len(of_module)) and folders[same] == of_module[same]:
        same += 1
    return same


def _affordable(
    tests: Iterable[str], seconds: dict[str, float], most_seconds: float
) -> Iterable[str]:
    spent = 0.0
    for test in tests:
        if spent + seconds[test] < most_seconds:
            spent += seconds[test]
            yield test
